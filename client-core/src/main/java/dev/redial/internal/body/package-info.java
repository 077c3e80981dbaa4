/** Between the flow of java.net.http bodies and blocking octets. */
@NullMarked
package dev.redial.internal.body;

import org.jspecify.annotations.NullMarked;
