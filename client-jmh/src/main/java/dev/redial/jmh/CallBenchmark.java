package dev.redial.jmh;

import dev.redial.jmh.peer.Peer;
import dev.redial.jmh.peer.PeerName;
import dev.redial.jmh.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;

/**
 * Calls over loopback, by one client, by as many virtual threads as wanted. {@link CallProfiler}
 * adds what a call costs and how long it takes.
 *
 * <p>{@link Callers} call all the time; JMH's only thread waits until so many of their calls are
 * done as an invocation stands for. Between two iterations the callers rest, so that forks can take
 * {@link Turns}; how they begin again is no part of what is measured. A trial in which connections
 * were not kept alive though they should have been is no measurement and fails.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(100)
@Threads(1)
@Warmup(iterations = 1, time = 5)
@Measurement(iterations = 1, time = 5)
@Fork(1)
public class CallBenchmark {
  /** How many connections a client may open to one origin. */
  static final int MAX_CONNECTIONS = 1_000;

  /** The client under test. */
  @Param public PeerName client = PeerName.REDIAL;

  /** What it does. */
  @Param("GET")
  public Exchange exchange = Exchange.GET;

  /** How many call at once. */
  @Param("64")
  public int callers = 64;

  private final Meter meter = new Meter();
  private Path folder;
  private ServerProcess server;
  private ServerProcess.Seen seenAtStart;
  private ServerProcess.Seen seenBefore;
  private long opened; // connections, while it was measured
  private long called; // requests
  private Turn turn = Turn.alone();
  private Peer peer;
  private Callers calling;

  /** Called by JMH. */
  public CallBenchmark() {}

  /**
   * Starts server, client and callers.
   *
   * @param params tells how many calls an invocation stands for
   * @throws IOException if the server cannot be started
   * @throws InterruptedException if JMH stops the benchmark
   */
  @Setup(Level.Trial)
  public void start(BenchmarkParams params) throws IOException, InterruptedException {
    Cores.current().moveThisProcess();
    turn = Turn.ofThisProcess();
    turn.begin(false);
    start(ServerProcess.start(exchange.origins(callers)), params.getOpsPerInvocation());
  }

  /** The same on a server that runs, and has a port for each origin. */
  void start(ServerProcess running, int step) throws IOException {
    server = running;
    seenAtStart = server.seen();
    folder = Files.createTempDirectory("redial-jmh");
    peer = client.open(exchange.connections(callers), callers);
    calling =
        new Callers(
            callers, step, exchange.length(), i -> exchange.call(peer, server, i, folder), meter);
  }

  /**
   * Stops all, and checks that connections were kept alive.
   *
   * @throws Exception if something cannot be stopped
   */
  @TearDown(Level.Trial)
  public void stop() throws Exception {
    try {
      stopClient();
    } finally {
      server.close();
      turn.close();
    }
  }

  void stopClient() throws Exception {
    try {
      calling.stop();
      check(server.seen().since(seenAtStart));
    } finally {
      peer.close();
      delete();
    }
  }

  /**
   * Begins an iteration: what happened before it does not count. Connecting does not, which clients
   * do again after a long rest.
   *
   * <p>While others are measured, this process stands still; while they are warmed up, its
   * compilers go on.
   *
   * @param iteration tells whether it is measured
   * @throws IOException if there are no turns any more
   * @throws InterruptedException if JMH stops the benchmark
   */
  @Setup(Level.Iteration)
  public void begin(IterationParams iteration) throws IOException, InterruptedException {
    turn.begin(iteration.getType() == IterationType.MEASUREMENT);
    begin();
  }

  void begin() throws IOException, InterruptedException {
    calling.goOn();
    calling.awaitCalls(2L * Math.max(callers, exchange.origins(callers)));
    seenBefore = server.seen();
    calling.begin();
    meter.begin();
  }

  /**
   * Ends an iteration.
   *
   * @throws IOException if there are no turns any more
   * @throws InterruptedException if JMH stops the benchmark
   */
  @TearDown(Level.Iteration)
  public void end() throws IOException, InterruptedException {
    CallProfiler.took(meter.end(calling.waitingNanos()));
    ServerProcess.Seen seen = server.seen().since(seenBefore);
    opened += seen.connections();
    called += seen.requests();
    calling.rest();
    turn.end();
  }

  /**
   * Waits for the callers' next calls.
   *
   * @throws Exception if one of them failed
   */
  @Benchmark
  public void call() throws Exception {
    calling.awaitStep();
  }

  private void check(ServerProcess.Seen seen) {
    if (exchange.keepsAlive() && opened > connectionsExpected())
      throw new IllegalStateException(
          "connections were not kept alive: " + opened + " for " + called + " calls");
    if (!exchange.keepsAlive() && seen.connections() < seen.requests())
      throw new IllegalStateException("connections were kept alive: " + seen);
  }

  /**
   * Some clients open one for a caller while another is returned; and some of a client's first
   * calls after a rest, for which others were idle for too long, may still be under way.
   */
  private long connectionsExpected() {
    int connections =
        Math.min(exchange.connections(callers), Math.max(callers, exchange.origins(1)));
    return 10 + 2 * connections + called / 100;
  }

  private void delete() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) Files.delete(file);
    }
    Files.delete(folder);
  }
}
