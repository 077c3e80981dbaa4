/**
 * The HTTP/1.1 codec: octets to heads and framing, and back, without any I/O.
 *
 * <p>Nothing here blocks, waits or knows a socket. The reading half is fed arrays of octets in
 * pieces of any size and gives the same answer for every way of cutting them. It is strict: what
 * RFC 9112 calls invalid is refused with a {@link MalformedMessageException} at the first octet
 * that shows it, and everything a server can make long has a limit in {@link
 * dev.redial.ResponseLimits}. Each decision, with its reason and its test, stands in {@code
 * docs/parsing.md}.
 */
@NullMarked
package dev.redial.internal.http1;

import org.jspecify.annotations.NullMarked;
