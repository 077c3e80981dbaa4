package dev.redial.jmh;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.redial.ResponseLimits;
import dev.redial.internal.http1.MalformedMessageException;
import dev.redial.internal.http1.ResponseHead;
import dev.redial.internal.http1.ResponseParser;
import java.net.http.HttpHeaders;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Reading a response's head of 351 octets alone. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 1, time = 3)
@Measurement(iterations = 1, time = 3)
@Fork(1)
public class ParserBenchmark {
  private final byte[] head =
      """
      HTTP/1.1 200 OK\r
      Server: nginx/1.27.3\r
      Date: Tue, 03 Nov 2026 10:15:30 GMT\r
      Content-Type: application/json; charset=utf-8\r
      Content-Length: 100\r
      Connection: keep-alive\r
      Cache-Control: no-cache, no-store, must-revalidate\r
      Vary: Accept-Encoding\r
      X-Content-Type-Options: nosniff\r
      Strict-Transport-Security: max-age=63072000\r
      X-Request-Id: 7b3f0c52-93aa-4f1e-8d06-2f4c51be9a77\r
      \r
      """
          .getBytes(US_ASCII);
  private final ResponseParser parser = new ResponseParser(ResponseLimits.defaults());

  /** Called by JMH. */
  public ParserBenchmark() {}

  /**
   * The head is read, no field of it asked for.
   *
   * @return the head
   * @throws MalformedMessageException never
   */
  @Benchmark
  public ResponseHead parse() throws MalformedMessageException {
    parser.reset(false, false);
    int end = parser.parse(head, 0, head.length);
    return parser.head(head, 0, end);
  }

  /**
   * All fields are asked for.
   *
   * @return the fields
   * @throws MalformedMessageException never
   */
  @Benchmark
  public HttpHeaders parseAndAskForAll() throws MalformedMessageException {
    return parse().headers();
  }
}
