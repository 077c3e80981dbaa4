package dev.redial.internal.connection;

import dev.redial.ResponseLimits;
import dev.redial.internal.http1.ChunkedDecoder;
import dev.redial.internal.http1.MalformedMessageException;
import dev.redial.internal.http1.Octets;
import dev.redial.internal.http1.RequestWriter;
import dev.redial.internal.http1.ResponseHead;
import dev.redial.internal.http1.ResponseParser;
import dev.redial.internal.wire.Watchdog;
import dev.redial.internal.wire.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * An open connection: a wire, the octets received and not yet parsed, and the codec's state.
 *
 * <p>It carries one {@link Exchange} at a time; everything but {@link #close} is confined to the
 * thread that runs the exchange, or owns the connection while it is idle.
 */
public final class Connection {
  /** Most answers that end with their connection, as all of some servers do, fit in it. */
  private static final int FIRST_BUFFER = 2 * 1024;

  private static final int BUFFER = 8 * 1024;
  private static final int BODY_BUFFER = 16 * 1024;
  private static final byte[] NO_BUFFER = new byte[0];
  private static final ByteBuffer NO_VIEW = ByteBuffer.wrap(NO_BUFFER);
  private static final AtomicLong OPENED = new AtomicLong();

  final Wire wire;
  final Watchdog.Alarm alarm;
  final ResponseLimits limits;
  final long openedNanos;
  final int bodyBuffer;
  final long number = OPENED.incrementAndGet();

  /** Where it leads; null if nobody said. */
  @Nullable InetSocketAddress server;

  /** How long connecting took; 0 if nobody measured it. */
  long connectNanos;

  /** Null where a round trip is too short to tell anything: on this machine. */
  @Nullable RoundTrip roundTrip;

  /** Tests have one with a clock of their own. */
  Anticipation anticipation = new Anticipation(System::nanoTime, Recess.OF_ALL);

  private byte[] buffer = NO_BUFFER;
  private ByteBuffer view = NO_VIEW;
  private int from;
  private int to;
  private @Nullable Octets out;
  private @Nullable ResponseParser parser;
  private @Nullable ChunkedDecoder chunkedDecoder;
  private long announcedIdleNanos = -1;
  private int exchanges;
  private boolean spokenFirst;
  private volatile @Nullable Runnable wakeUp;

  Connection(Wire wire, Watchdog.Alarm alarm, ResponseLimits limits, long openedNanos) {
    this(wire, alarm, limits, openedNanos, BODY_BUFFER);
  }

  Connection(
      Wire wire, Watchdog.Alarm alarm, ResponseLimits limits, long openedNanos, int bodyBuffer) {
    this.wire = wire;
    this.alarm = alarm;
    this.limits = limits;
    this.openedNanos = openedNanos;
    this.bodyBuffer = bodyBuffer;
  }

  /** What a look at an idle connection finds. */
  public enum Condition {
    /** Nothing happened. */
    ALIVE,
    /** The server closed or reset it. */
    ENDED,
    /** There are octets that nobody asked for. */
    DIRTY
  }

  /**
   * One non-blocking look at an idle connection.
   *
   * @return what it finds
   */
  public Condition probe() {
    return switch (wire.probe()) {
      case ALIVE -> Condition.ALIVE;
      case FIN, RST -> Condition.ENDED;
      case OCTETS -> Condition.DIRTY;
    };
  }

  /** Lets go of the buffers of an idle connection, and of all that can be made anew. */
  public void rest() {
    buffer = NO_BUFFER;
    view = NO_VIEW;
    from = 0;
    to = 0;
    out = null;
    parser = null;
    chunkedDecoder = null;
    wire.rest();
  }

  /** Closes the connection; from any thread, never blocks, harmless when closed. */
  public void close() {
    wire.close();
    alarm.release();
    Runnable waiting = wakeUp;
    if (waiting != null) waiting.run();
  }

  /**
   * Has something run when the connection is closed, at once if it is already: for whoever waits
   * for something else than the wire, which tells its own readers and writers.
   */
  void onClose(Runnable action) {
    wakeUp = action;
    if (!wire.isOpen()) action.run();
  }

  /** An idle connection must hold nothing of its last exchange. */
  void forgetOnClose() {
    if (wakeUp != null) wakeUp = null;
  }

  /**
   * How long the server said it keeps this connection when idle.
   *
   * @return from {@code Keep-Alive: timeout} of the last response, in nanoseconds, or -1
   */
  public long announcedIdleNanos() {
    return announcedIdleNanos;
  }

  /**
   * Whether an exchange has completed on it.
   *
   * @return false for a fresh connection
   */
  public boolean used() {
    return exchanges > 0;
  }

  /**
   * Whether nobody on this side has closed it.
   *
   * @return true also if the server has
   */
  public boolean isOpen() {
    return wire.isOpen();
  }

  /**
   * The name under which events and responses speak of it.
   *
   * @return the same for its life
   */
  public String label() {
    return Long.toString(number);
  }

  /**
   * The address of the server, or of the proxy.
   *
   * @return null if the connection was not made by a connector
   */
  public @Nullable InetSocketAddress server() {
    return server;
  }

  /**
   * How long the server, or the proxy, took to answer the connection request: a round trip, and
   * what this machine took to notice.
   *
   * @return in nanoseconds
   */
  public long connectRttNanos() {
    return connectNanos;
  }

  /**
   * The TLS session.
   *
   * @return empty for http
   */
  public Optional<SSLSession> session() {
    return wire.session();
  }

  /**
   * Asks a proxy for a tunnel (RFC 9110, section 9.3.6).
   *
   * @throws TunnelRefusedException if it answers anything but 2xx
   */
  void openTunnel(String label, Dial.Tunnel tunnel) throws IOException {
    Octets head = out();
    RequestWriter.requestLine(head, "CONNECT", tunnel.authority());
    RequestWriter.field(head, "Host", tunnel.authority());
    RequestWriter.field(head, "User-Agent", RequestEncoder.USER_AGENT);
    for (Map.Entry<String, List<String>> field : tunnel.headers().entrySet()) {
      for (String value : field.getValue()) RequestWriter.field(head, field.getKey(), value);
    }
    RequestWriter.endHead(head);
    wire.write(head.written());
    ResponseHead answer = readTunnelAnswer(label);
    if (answer.status() / 100 != 2)
      throw new TunnelRefusedException(
          "Tunnel failed, got: " + answer.status() + "; " + label,
          new Answer(answer, Optional.empty(), number));
    if (buffered() > 0)
      throw new ProtocolException(label + ": the proxy sent octets into the tunnel before its use");
  }

  private ResponseHead readTunnelAnswer(String label) throws IOException {
    ResponseParser parser = parser();
    try {
      for (int interim = 0; interim <= limits.interimResponses(); interim++) {
        parser.reset(false, true);
        int end = -1;
        while ((end = parser.parse(buffer, from, to)) < 0) {
          if (!fill())
            throw new EOFException(
                label + ": the proxy closed the connection instead of answering CONNECT");
        }
        ResponseHead answer = parser.head(buffer, from, end);
        takeUpTo(end);
        if (!answer.isInterim()) return answer;
      }
      throw HeadReader.tooManyInterim(limits.interimResponses());
    } catch (MalformedMessageException e) {
      ProtocolException malformed =
          new ProtocolException(
              label + ": the proxy's answer to CONNECT is malformed: " + e.getMessage());
      malformed.initCause(e);
      throw malformed;
    }
  }

  void announce(long idleNanos) {
    announcedIdleNanos = idleNanos;
  }

  void countExchange() {
    exchanges++;
  }

  Octets out() {
    Octets octets = out;
    if (octets == null) out = octets = new Octets();
    octets.clear();
    return octets;
  }

  ResponseParser parser() {
    ResponseParser present = parser;
    if (present == null) parser = present = new ResponseParser(limits);
    return present;
  }

  ChunkedDecoder chunkedDecoder() {
    ChunkedDecoder decoder = chunkedDecoder;
    if (decoder == null) chunkedDecoder = decoder = new ChunkedDecoder(limits);
    decoder.reset();
    return decoder;
  }

  byte[] buffer() {
    return buffer;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  /** Octets received and not yet taken. */
  int buffered() {
    return to - from;
  }

  void take(int octets) {
    from += octets;
  }

  void takeUpTo(int position) {
    from = position;
  }

  /**
   * Before the first request: reads what a server says that speaks first.
   *
   * @return false if the server has ended the connection
   */
  boolean listen() throws IOException {
    boolean open = look();
    spokenFirst = buffered() > 0;
    return open;
  }

  /**
   * Reads what is there behind the octets that are buffered, without waiting; only while nothing is
   * being sent.
   *
   * @return false if the server has ended the connection
   */
  boolean look() throws IOException {
    makeRoom();
    view.limit(buffer.length).position(to);
    int read = wire.readAvailable(view);
    if (read > 0) to += read;
    return read >= 0;
  }

  /** Whether the server spoke before it was asked, so that nobody knows what its answers answer. */
  boolean spokenFirst() {
    return spokenFirst;
  }

  /**
   * Reads more octets behind those that are buffered.
   *
   * @return false at the orderly end of the wire
   */
  boolean fill() throws IOException {
    makeRoom();
    view.limit(buffer.length).position(to);
    int read = wire.read(view);
    if (read < 0) return false;
    to += read;
    return true;
  }

  /**
   * Waits for octets, but only as long as that costs less than to go to sleep; only while nothing
   * is being sent.
   *
   * @return false if the server has ended the connection
   */
  boolean anticipate() throws IOException {
    return anticipation.await(this);
  }

  private void makeRoom() {
    if (to < buffer.length && from < to) return;
    byte[] old = buffer;
    boolean filled = to == old.length; // a larger one would have saved a system call
    int size = filled && (from == 0 || from == to) ? larger() : old.length;
    if (size != old.length) {
      buffer = new byte[size];
      view = ByteBuffer.wrap(buffer);
    }
    to -= from;
    System.arraycopy(old, from, buffer, 0, to);
    from = 0;
  }

  /** What the parser leaves unparsed is bounded, and so is this. */
  private int larger() {
    if (buffer.length == 0) return FIRST_BUFFER;
    return from == to ? BUFFER : Math.max(BUFFER, 2 * buffer.length);
  }
}
