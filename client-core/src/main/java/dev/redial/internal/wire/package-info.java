/**
 * Wires: octets to and from a peer, over TCP or TLS, and the watchdog that ends them at a deadline.
 *
 * <p>The only package that touches channels and TLS. It knows nothing of HTTP.
 */
@NullMarked
package dev.redial.internal.wire;

import org.jspecify.annotations.NullMarked;
