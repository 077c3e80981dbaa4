package dev.redial.internal.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/**
 * One open byte stream to a peer.
 *
 * <p>One thread may read while another writes, after {@link #beginDuplex}; two readers or two
 * writers at a time are a mistake of the caller. Nothing here takes a time-out: a {@link Watchdog}
 * calls {@link #close()} at the deadline, which ends a parked reader or writer at once. An
 * interrupt of a parked reader or writer closes the wire too, with {@link
 * java.nio.channels.ClosedByInterruptException}.
 *
 * <p>{@link WireFailure#of} says what a failure means.
 */
public interface Wire {

  /**
   * Reads what is there, waiting for at least one octet.
   *
   * @param into has room for at least one octet
   * @return the number of octets read, at least one; or -1 at the peer's orderly end (plain: FIN,
   *     TLS: close_notify)
   * @throws TlsTruncatedException if a TLS stream ended by a FIN without close_notify; the caller
   *     decides whether that matters
   * @throws IOException if the wire failed or was closed. After a failed write the reason of the
   *     end is known from the write alone: the read that follows a reset may see an orderly end
   * @throws IllegalArgumentException if {@code into} is full
   */
  int read(ByteBuffer into) throws IOException;

  /**
   * Reads what is there, without waiting; only while no read or write is under way.
   *
   * @param into has room for at least one octet
   * @return the number of octets read, 0 if there are none, -1 if the peer has ended the wire
   * @throws IOException if the wire failed or was closed
   */
  int readAvailable(ByteBuffer into) throws IOException;

  /**
   * Prepares for one thread that writes while another reads, as is due before each such time; only
   * while no read or write is under way.
   *
   * @throws IOException if the wire was closed; the next read or write may be the first to say so
   */
  void beginDuplex() throws IOException;

  /**
   * Writes every remaining octet, waiting until the kernel has accepted them.
   *
   * @param from what to write; after a failure its position says nothing, {@link #sent()} does
   * @throws IOException if the wire failed or was closed. What the peer has sent until then may
   *     still be readable
   */
  void write(ByteBuffer from) throws IOException;

  /**
   * The application octets that the kernel has accepted; for TLS the plain octets of the records
   * handed over whole.
   *
   * @return the number since the wire was opened, right also after a failed write
   */
  long sent();

  /**
   * The application octets read.
   *
   * @return the number since the wire was opened
   */
  long received();

  /**
   * Looks once, without waiting, at what an idle wire has come to.
   *
   * <p>Only for the owner of an idle wire, with no read or write under way. Anything but {@link
   * Probe#ALIVE} makes the wire unfit for use: the octet found is gone.
   *
   * @return what was found
   */
  Probe probe();

  /**
   * Lets go of buffers while the wire is idle; the next use takes new ones. Only for the owner of
   * an idle wire.
   */
  void rest();

  /**
   * Closes the wire, at any time, from any thread, any number of times, without ever blocking.
   *
   * <p>TLS tries once to send close_notify, unless a read or write is under way. A reader or writer
   * parked in the wire gets an {@link java.nio.channels.AsynchronousCloseException} at once, later
   * ones a {@link java.nio.channels.ClosedChannelException}.
   */
  void close();

  /**
   * Whether nobody on this side has closed the wire; says nothing about the peer.
   *
   * @return true until {@link #close()}, an interrupt or a failed connect
   */
  boolean isOpen();

  /**
   * The TLS session.
   *
   * @return empty on a plain wire
   */
  Optional<SSLSession> session();
}
