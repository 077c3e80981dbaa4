package dev.redial.internal.wire;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * A wire straight over TCP: a {@link SocketChannel}, which is in blocking mode while somebody waits
 * for it.
 *
 * <p>Each change of its mode takes four locks of the channel, and two system calls if only platform
 * threads ever used it. So the mode is left as it is until it has to be another one: a small
 * exchange on a virtual thread whose answer is found by a look needs no change.
 */
public final class PlainWire implements Wire {

  /**
   * The most octets of one system call. The JDK copies heap buffers through a direct one of the
   * same size, which it then keeps for each carrier thread.
   */
  private static final int CALL_LIMIT = 128 * 1024;

  /** Fits in one segment even where the peer says nothing of its size (RFC 9293, section 3.7.1). */
  private static final int SMALL = 512;

  /**
   * Where the octet goes that a probe finds: one place for all, as nobody wants it. It is outside
   * the heap, which saves the JDK the detour through a buffer of its own.
   */
  private static final ByteBuffer ANY_OCTET = ByteBuffer.allocateDirect(1);

  private static final VarHandle SENT;
  private static final VarHandle RECEIVED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      SENT = lookup.findVarHandle(PlainWire.class, "sent", long.class);
      RECEIVED = lookup.findVarHandle(PlainWire.class, "received", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final SocketChannel channel;
  private final ByteBuffer glance = ANY_OCTET.duplicate();

  // Each written by one thread at a time, the writer or the reader; others look on, and need not
  // see the latest at once, so that no exchange pays for a fence.
  private volatile long sent;
  private volatile long received;
  private boolean noDelay; // the writer's; TCP_NODELAY is set
  private long connectNanos; // before the wire is handed on

  /** To be told of the end; a closer that does not see it yet leaves a little more to do. */
  @Nullable Newcomers newcomers;

  private PlainWire(SocketChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens a socket that is not connected yet, so that a watchdog can close it while it connects.
   *
   * @param settings how to set it up
   * @param address where it is going to connect to
   * @return the wire, to be connected once
   * @throws IOException if the socket cannot be opened or bound; nothing is left open then
   */
  public static PlainWire unconnected(SocketSettings settings, InetSocketAddress address)
      throws IOException {
    SocketChannel channel = open(settings.localAddress(), address.getAddress());
    try {
      setUp(channel, settings);
      return new PlainWire(channel);
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  /** A socket for IPv4 alone is cheaper to open than one for both, but cannot do otherwise. */
  private static SocketChannel open(@Nullable InetAddress local, @Nullable InetAddress remote)
      throws IOException {
    boolean onlyV4 =
        remote instanceof Inet4Address && (local == null || local instanceof Inet4Address);
    if (!onlyV4) return SocketChannel.open();
    try {
      return SocketChannel.open(StandardProtocolFamily.INET);
    } catch (UnsupportedOperationException e) { // a selector provider of the application's own
      return SocketChannel.open();
    }
  }

  private static void setUp(SocketChannel channel, SocketSettings settings) throws IOException {
    if (settings.receiveBuffer() > 0)
      channel.setOption(StandardSocketOptions.SO_RCVBUF, settings.receiveBuffer());
    if (settings.sendBuffer() > 0)
      channel.setOption(StandardSocketOptions.SO_SNDBUF, settings.sendBuffer());
    InetAddress local = settings.localAddress();
    if (local != null) bind(channel, new InetSocketAddress(local, 0));
  }

  private static void bind(SocketChannel channel, InetSocketAddress local) throws IOException {
    try {
      channel.bind(local);
    } catch (UnsupportedAddressTypeException e) {
      throw unsupported(local, e);
    }
  }

  private static SocketException unsupported(
      InetSocketAddress address, UnsupportedAddressTypeException e) {
    SocketException failure = new SocketException("Address family not supported: " + address);
    failure.initCause(e);
    return failure;
  }

  /** Has the kernel probe the peer of an idle wire from now on; from any thread. */
  void keepAlive(SocketSettings settings) throws IOException {
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    setIfSupported(ExtendedSocketOptions.TCP_KEEPIDLE, seconds(settings.tcpIdle()));
    setIfSupported(ExtendedSocketOptions.TCP_KEEPINTERVAL, seconds(settings.tcpInterval()));
    setIfSupported(ExtendedSocketOptions.TCP_KEEPCOUNT, settings.tcpProbes());
  }

  private void setIfSupported(SocketOption<Integer> option, int value) throws IOException {
    if (channel.supportedOptions().contains(option)) channel.setOption(option, value);
  }

  private static int seconds(Duration duration) {
    return Math.toIntExact(duration.toSeconds());
  }

  /**
   * Connects, waiting as long as the kernel does; {@link #close()} ends it.
   *
   * @param address where to
   * @throws IOException if that fails; the wire is closed then
   */
  public void connect(InetSocketAddress address) throws IOException {
    if (address.isUnresolved()) {
      close();
      throw new UnknownHostException(address.getHostString());
    }
    try {
      long begun = System.nanoTime();
      awaitConnected(address);
      connectNanos = System.nanoTime() - begun;
      refuseOneself();
    } catch (UnsupportedAddressTypeException e) { // a machine, or a JVM, without IPv6
      close();
      throw unsupported(address, e);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * A server on this machine has mostly answered when the request for a connection returns: one
   * look saves going to sleep for it.
   */
  private void awaitConnected(InetSocketAddress address) throws IOException {
    Thread me = Thread.currentThread();
    boolean looks =
        me.isVirtual() && !me.isInterrupted(); // only what may wait notices an interrupt
    if (looks) setBlocking(false);
    boolean connected = channel.connect(address);
    if (looks && !connected) connected = channel.finishConnect();
    if (connected) return;
    setBlocking(true);
    boolean unused = channel.finishConnect();
  }

  /**
   * How long the peer, or its kernel, took to answer the connection request.
   *
   * @return in nanoseconds; it includes what this machine took to notice the answer
   */
  public long connectNanos() {
    return connectNanos;
  }

  /**
   * Where nobody listens at a port that the kernel hands out to clients, a socket may be given that
   * very port and meet itself.
   */
  private void refuseOneself() throws IOException {
    if (channel.getLocalAddress().equals(channel.getRemoteAddress()))
      throw new ConnectException("Connection refused: the socket has met itself");
  }

  /**
   * Whether both ends are on this machine.
   *
   * @return true also if that cannot be told any more
   */
  public boolean isLocal() {
    return !(remote().orElse(null) instanceof InetSocketAddress there)
        || !(local().orElse(null) instanceof InetSocketAddress here)
        || there.getAddress().isLoopbackAddress()
        || there.getAddress().equals(here.getAddress());
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (!into.hasRemaining()) throw new IllegalArgumentException("no room to read into: " + into);
    int octets = readOnce(into);
    if (octets > 0) {
      RECEIVED.setRelease(this, received + octets);
    }
    return octets;
  }

  private int readOnce(ByteBuffer into) throws IOException {
    setBlocking(true);
    if (into.remaining() <= CALL_LIMIT) return channel.read(into);
    int limit = into.limit();
    into.limit(into.position() + CALL_LIMIT);
    try {
      return channel.read(into);
    } finally {
      into.limit(limit);
    }
  }

  @Override
  public int readAvailable(ByteBuffer into) throws IOException {
    beginGlimpse();
    int octets = readNow(into);
    if (octets > 0) RECEIVED.setRelease(this, received + octets);
    return octets;
  }

  /**
   * A reader and a writer both want to wait, and neither may have to change the mode for that: it
   * would take locks that the other one holds while it waits, and where it waits for the second of
   * them, and then for a carrier, {@link #close()} would wait for the first.
   */
  @Override
  public void beginDuplex() throws IOException {
    setBlocking(true);
  }

  private void setBlocking(boolean wanted) throws IOException {
    if (channel.isBlocking() != wanted) channel.configureBlocking(wanted);
  }

  @Override
  public void write(ByteBuffer from) throws IOException {
    // Only what may wait notices an interrupt. A platform thread reads next, and waits anyway.
    Thread me = Thread.currentThread();
    if (!me.isVirtual() || me.isInterrupted()) setBlocking(true);
    if (from.hasRemaining()) writeOnce(from);
    try {
      while (from.hasRemaining()) {
        setBlocking(true);
        writeOnce(from);
      }
    } catch (ClosedChannelException e) {
      throw closedBetween(e);
    }
  }

  /**
   * Where a part had been accepted, the channel tells of the close only at the next call, and not
   * of its cause.
   */
  private static ClosedChannelException closedBetween(ClosedChannelException e) {
    if (e instanceof AsynchronousCloseException) return e;
    return Thread.currentThread().isInterrupted()
        ? new ClosedByInterruptException()
        : new AsynchronousCloseException();
  }

  private void writeOnce(ByteBuffer from) throws IOException {
    if (!noDelay) avoidDelay(from.remaining());
    int limit = from.limit();
    if (from.remaining() > CALL_LIMIT) from.limit(from.position() + CALL_LIMIT);
    try {
      int octets = channel.write(from);
      SENT.setRelease(this, sent + octets);
    } finally {
      from.limit(limit);
    }
  }

  /**
   * The kernel holds what does not fill a segment back while something before it is on its way (RFC
   * 896). That cannot happen to a first small write, and many a connection sees no other.
   */
  private void avoidDelay(int octets) throws IOException {
    if (sent == 0 && octets <= SMALL) return;
    noDelay = true;
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      // Some kernels refuse once the peer has reset the connection; what is written next says so.
    }
  }

  @Override
  public long sent() {
    return sent;
  }

  @Override
  public long received() {
    return received;
  }

  /**
   * From here on {@link #readNow} and {@link #writeNow} do not wait, until somebody reads or writes
   * otherwise. It would wait itself for a read or write under way.
   */
  void beginGlimpse() throws IOException {
    setBlocking(false);
  }

  /** Within a glimpse: reads what is there, -1 at the end. */
  int readNow(ByteBuffer into) throws IOException {
    return channel.read(into);
  }

  /** Within a glimpse: writes what the kernel has room for. */
  void writeNow(ByteBuffer from) throws IOException {
    if (!noDelay) avoidDelay(from.remaining());
    int octets = channel.write(from);
    SENT.setRelease(this, sent + octets);
  }

  @Override
  public Probe probe() {
    glance.clear();
    try {
      beginGlimpse();
      int octets = readNow(glance);
      if (octets == 0) return Probe.ALIVE;
      return octets < 0 ? Probe.FIN : Probe.OCTETS;
    } catch (IOException e) {
      return Probe.RST;
    }
  }

  @Override
  public void rest() {
    // holds no buffer worth letting go
  }

  @Override
  public void close() {
    Newcomers known = newcomers;
    if (known != null) known.remove(this);
    try {
      channel.close();
    } catch (IOException e) {
      // The descriptor is gone either way, and nothing of what was written can be called back.
    }
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public Optional<SSLSession> session() {
    return Optional.empty();
  }

  /** The peer's address; empty while not connected and after the wire has been closed. */
  Optional<SocketAddress> remote() {
    try {
      return Optional.ofNullable(channel.getRemoteAddress());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** This side's address; empty while not bound and after the wire has been closed. */
  Optional<SocketAddress> local() {
    try {
      return Optional.ofNullable(channel.getLocalAddress());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return "PlainWire[" + channel + "]";
  }
}
