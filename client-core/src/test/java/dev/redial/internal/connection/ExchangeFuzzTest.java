package dev.redial.internal.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.redial.ExchangeFailure;
import dev.redial.HangUpException;
import dev.redial.MalformedResponseException;
import dev.redial.TruncatedBodyException;
import dev.redial.internal.http1.Framing;
import dev.redial.internal.http1.FuzzInput;
import dev.redial.internal.http1.ReferenceDecoder;
import dev.redial.internal.http1.ReferenceDecoder.Result;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscribers;
import java.util.Locale;
import java.util.function.Consumer;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any octets for the answer to a request, then FIN or RST: the exchange ends as the reference says,
 * in one way however the octets come, and the connection is kept only behind a whole answer.
 */
class ExchangeFuzzTest {
  private static final int INTERIM_LIMIT = 8;

  /** How an exchange ended; the failure's type stands for an answer that never was. */
  private record Outcome(int status, String body, Class<?> failure, boolean kept) {
    static Outcome failed(Class<?> failure) {
      return new Outcome(0, "", failure, false);
    }
  }

  @MethodSource("dev.redial.internal.http1.FuzzInput#seeds")
  @FuzzTest
  void exchanges(byte[] octets) throws InterruptedException {
    FuzzInput input = FuzzInput.of(octets);
    if (input.method().equals("CONNECT")) return; // is no exchange
    boolean rst = input.cuts() < 0;
    byte[] all = input.text().getBytes(ISO_8859_1);
    Outcome whole = run(input, wire -> wire.says(all), rst);
    assertThat(run(input, wire -> wire.octetByOctet(all), rst)).isEqualTo(whole);
    assertThat(run(input, wire -> wire.says(input.pieces().toArray(new String[0])), rst))
        .isEqualTo(whole);
    assertThat(whole).isEqualTo(expected(input, rst, whole.kept()));
  }

  private static Outcome run(FuzzInput input, Consumer<ScriptedWire> script, boolean rst)
      throws InterruptedException {
    Bench bench = new Bench();
    script.accept(bench.wire);
    if (rst) bench.wire.rst();
    else bench.wire.fin();
    Outcome outcome = exchange(bench, input);
    assertThat(bench.endings).as("told once").hasSize(1);
    assertThat(bench.wire.isOpen()).isEqualTo(bench.endings.getFirst());
    bench.connection.close();
    return outcome;
  }

  /** Surplus octets that come later are there when the connection is about to be lent again. */
  private static boolean isKept(Bench bench, FuzzInput input) {
    if (!bench.endings.getFirst()) return false;
    if (bench.wire.received() == input.text().length()) return true;
    assertThat(bench.connection.probe()).isEqualTo(Connection.Condition.DIRTY);
    return false;
  }

  private static Outcome exchange(Bench bench, FuzzInput input) throws InterruptedException {
    try {
      Exchange exchange = bench.head(Bench.request(input.method(), null));
      String body = exchange.deliver(BodySubscribers.ofString(ISO_8859_1));
      return new Outcome(exchange.answer().statusCode(), body, null, isKept(bench, input));
    } catch (IOException e) {
      assertThat(e).isInstanceOf(ExchangeFailure.class);
      assertThat(((ExchangeFailure) e).evidence().bytesReceived())
          .isLessThanOrEqualTo(input.text().length());
      return Outcome.failed(e.getClass());
    }
  }

  /**
   * As the reference has it; of a Keep-Alive field it knows nothing, so where there is one the
   * connection may also be closed.
   */
  private static Outcome expected(FuzzInput input, boolean rst, boolean kept) {
    String rest = input.text();
    for (int interim = 0; interim <= INTERIM_LIMIT; interim++) {
      switch (ReferenceDecoder.decode(rest, input.method())) {
        case Result.Malformed malformed -> {
          return Outcome.failed(MalformedResponseException.class);
        }
        case Result.Incomplete incomplete -> {
          return Outcome.failed(
              hasHead(rest, input.method()) ? TruncatedBodyException.class : HangUpException.class);
        }
        case Result.Complete complete when complete.status() == 101 -> {
          return Outcome.failed(MalformedResponseException.class);
        }
        case Result.Complete complete when complete.status() < 200 ->
            rest = rest.substring(complete.end());
        case Result.Complete complete -> {
          if (rst && complete.framing() instanceof Framing.UntilClose)
            return Outcome.failed(TruncatedBodyException.class);
          boolean last = rest.toLowerCase(Locale.ROOT).contains("keep-alive:") && !kept;
          boolean clean = complete.persistent() && complete.end() == rest.length() && !last;
          return new Outcome(complete.status(), complete.body(), null, clean);
        }
      }
    }
    return Outcome.failed(MalformedResponseException.class);
  }

  /** Whether a beginning of a response has a whole head: HEAD has nothing but that. */
  private static boolean hasHead(String beginning, String method) {
    return !method.equals("HEAD")
        && ReferenceDecoder.decode(beginning, "HEAD") instanceof Result.Complete;
  }
}
