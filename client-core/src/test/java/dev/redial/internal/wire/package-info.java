/** Tests of the wires on real loopback sockets. */
@NullMarked
package dev.redial.internal.wire;

import org.jspecify.annotations.NullMarked;
