package dev.redial.jmh;

import dev.redial.internal.wire.PlainWire;
import dev.redial.internal.wire.Probe;
import dev.redial.internal.wire.SocketSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The look at an idle connection alone, on a virtual thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 1, time = 3)
@Measurement(iterations = 1, time = 3)
@Fork(value = 1, jvmArgsPrepend = "-Djmh.executor=VIRTUAL")
public class ProbeBenchmark {
  private static final Duration TCP_KEEP_ALIVE = Duration.ofMinutes(1);

  private ServerSocketChannel listener;
  private SocketChannel accepted;
  private PlainWire wire;

  /** Called by JMH. */
  public ProbeBenchmark() {}

  /**
   * Connects, and lets an octet go either way, as an exchange would.
   *
   * @throws IOException if that fails
   */
  @Setup
  public void connect() throws IOException {
    listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    InetSocketAddress address = (InetSocketAddress) listener.getLocalAddress();
    wire = PlainWire.unconnected(new SocketSettings(TCP_KEEP_ALIVE, TCP_KEEP_ALIVE, 4), address);
    wire.connect(address);
    accepted = listener.accept();
    wire.write(ByteBuffer.allocate(1));
    accepted.write(ByteBuffer.allocate(1));
    wire.read(ByteBuffer.allocate(1));
  }

  /**
   * Closes everything.
   *
   * @throws IOException if that fails
   */
  @TearDown
  public void close() throws IOException {
    wire.close();
    accepted.close();
    listener.close();
  }

  /**
   * One look.
   *
   * @return what was found
   */
  @Benchmark
  public Probe probe() {
    Probe found = wire.probe();
    if (found != Probe.ALIVE) throw new IllegalStateException("found " + found);
    return found;
  }
}
