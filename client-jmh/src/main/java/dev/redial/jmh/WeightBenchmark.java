package dev.redial.jmh;

import dev.redial.jmh.peer.Peer;
import dev.redial.jmh.peer.PeerName;
import dev.redial.jmh.server.Resource;
import dev.redial.jmh.server.ServerProcess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The heap that a client keeps: by itself, and for each connection that is idle. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(1)
public class WeightBenchmark {
  /** Octets of heap. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Weight {
    /** Of a client without a connection. */
    public long client;

    /** Of an idle connection. */
    public long connection;

    /** Called by JMH. */
    public Weight() {}
  }

  /** The client under test. */
  @Param public PeerName client = PeerName.REDIAL;

  /** How many clients are weighed. */
  int clients = 20;

  /** How many connections are. */
  int connections = 1_000;

  /** For how long connections have been idle when they are weighed. */
  long idleMillis = 5_000;

  private ServerProcess server;

  /** Called by JMH. */
  public WeightBenchmark() {}

  /**
   * Starts the server.
   *
   * @throws IOException if it cannot be started
   */
  @Setup(Level.Trial)
  public void start() throws IOException {
    server = ServerProcess.start(1);
  }

  /** Stops it. */
  @TearDown(Level.Trial)
  public void stop() {
    server.close();
  }

  /**
   * Weighs both.
   *
   * @param weight where the results go
   * @throws Exception if a call fails
   */
  @Benchmark
  public void weigh(Weight weight) throws Exception {
    Peer first = open();
    together(first, 2); // loads classes, fills caches
    weight.client = ofClient();
    long before = usedHeap();
    together(first, connections);
    Thread.sleep(idleMillis);
    weight.connection = (usedHeap() - before) / (connections - 2);
    first.close();
  }

  private long ofClient() {
    List<Peer> peers = new ArrayList<>(clients);
    long before = usedHeap();
    for (int i = 0; i < clients; i++) peers.add(open());
    long weight = (usedHeap() - before) / clients;
    for (Peer peer : peers) peer.close();
    return weight;
  }

  private Peer open() {
    return client.open(connections, 1);
  }

  /** Opens so many connections, as the server answers only when it has so many requests. */
  private void together(Peer peer, int crowd) throws Exception {
    String path = Resource.TOGETHER.path() + crowd;
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> calls = new ArrayList<>(crowd);
      for (int i = 0; i < crowd; i++)
        calls.add(callers.submit(() -> peer.get(server.uri(0, path)).run()));
      for (Future<Long> call : calls) call.get();
    }
  }

  /** After collections until nothing more is found to be garbage. */
  private static long usedHeap() {
    long used = Long.MAX_VALUE;
    for (long less = collect(); less < used; less = collect()) used = less;
    return used;
  }

  private static long collect() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
