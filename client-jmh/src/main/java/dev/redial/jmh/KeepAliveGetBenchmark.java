package dev.redial.jmh;

import dev.redial.RedialClient;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A small GET on kept-alive connections over loopback, by one caller and by 64, each a virtual
 * thread.
 *
 * <p>Client and server share the cores of one machine, so only the clients compare with each other;
 * the absolute figures say little. A trial in which a client opened a connection for more than one
 * request in ten is not a measurement of keep-alive and fails.
 */
@State(Scope.Benchmark)
@BenchmarkMode({Mode.Throughput, Mode.SampleTime})
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 2, jvmArgsAppend = "-Djmh.executor=VIRTUAL")
public class KeepAliveGetBenchmark {
  /** The client under test: {@code redial}, or {@code jdk} for the one of the JDK. */
  @Param({"redial", "jdk"})
  public String client = "redial";

  private GreetingProcess server;
  private HttpClient http;
  private HttpRequest request;

  /** Called by JMH. */
  public KeepAliveGetBenchmark() {}

  /**
   * Starts the server and builds the client.
   *
   * @throws IOException if the server cannot be started
   */
  @Setup(Level.Trial)
  public void start() throws IOException {
    server = GreetingProcess.start();
    http = newClient(client);
    request = HttpRequest.newBuilder(server.uri()).build();
  }

  /**
   * Stops both, and checks that connections were kept alive.
   *
   * @throws IOException if the server cannot be asked
   */
  @TearDown(Level.Trial)
  public void stop() throws IOException {
    try (GreetingProcess stopping = server) {
      http.close();
      GreetingProcess.Seen seen = stopping.stop();
      if (seen.requests() < 10 * seen.connections())
        throw new IllegalStateException("connections were not kept alive: " + seen);
    }
  }

  /**
   * One caller.
   *
   * @return the body
   * @throws IOException if the call fails
   * @throws InterruptedException if JMH stops the call
   */
  @Benchmark
  @Threads(1)
  public byte[] oneCaller() throws IOException, InterruptedException {
    return get();
  }

  /**
   * Sixty-four callers at the same time.
   *
   * @return the body
   * @throws IOException if the call fails
   * @throws InterruptedException if JMH stops the call
   */
  @Benchmark
  @Threads(64)
  public byte[] sixtyFourCallers() throws IOException, InterruptedException {
    return get();
  }

  private byte[] get() throws IOException, InterruptedException {
    HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) throw new IOException("unexpected answer: " + response);
    return response.body();
  }

  private static HttpClient newClient(String name) {
    return switch (name) {
      case "redial" -> RedialClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      case "jdk" -> HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      default -> throw new IllegalArgumentException("client must be redial or jdk: " + name);
    };
  }
}
