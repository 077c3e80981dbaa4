package dev.redial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.HangUpException.Ending;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExchangeFailureTest {
  private static final ExchangeEvidence EVIDENCE =
      new ExchangeEvidence(
          "POST https://a.example",
          2,
          ExchangeStage.HEADER,
          true,
          Duration.ofSeconds(9),
          Duration.ofSeconds(4),
          80,
          20,
          ServerActed.YES);

  private interface Made {
    IOException of(String message, ExchangeEvidence evidence);
  }

  private interface MadeWithCause {
    IOException of(String message, ExchangeEvidence evidence, Throwable cause);
  }

  /** One row for each failure: what callers of java.net.http catch, and its short name. */
  record Row(
      Class<? extends IOException> caughtAs, String code, Made made, MadeWithCause withCause) {
    @Override
    public String toString() {
      return made.of("", EVIDENCE).getClass().getSimpleName();
    }
  }

  static Stream<Row> rows() {
    return Stream.of(
        new Row(
            IOException.class, "ECANCELED", ClientClosedException::new, ClientClosedException::new),
        new Row(
            ConnectException.class,
            "ECONNREFUSED",
            ConnectFailedException::new,
            ConnectFailedException::new),
        new Row(
            HttpConnectTimeoutException.class,
            "ETIMEDOUT",
            ConnectTimeoutException::new,
            ConnectTimeoutException::new),
        new Row(
            IOException.class,
            "ECONNRESET",
            (message, evidence) -> new HangUpException(message, Ending.RST, evidence),
            (message, evidence, cause) ->
                new HangUpException(message, Ending.RST, evidence, cause)),
        new Row(
            ProtocolException.class,
            "EPROTO",
            MalformedResponseException::new,
            MalformedResponseException::new),
        new Row(
            HttpTimeoutException.class,
            "EAGAIN",
            PoolTimeoutException::new,
            PoolTimeoutException::new),
        new Row(IOException.class, "EBODY", RequestBodyException::new, RequestBodyException::new),
        new Row(IOException.class, "EBODY", ResponseBodyException::new, ResponseBodyException::new),
        new Row(
            HttpTimeoutException.class,
            "ESOCKETTIMEDOUT",
            ResponseTimeoutException::new,
            ResponseTimeoutException::new),
        new Row(SSLException.class, "EPROTO", TlsFailureException::new, TlsFailureException::new),
        new Row(
            SSLHandshakeException.class,
            "EPROTO",
            TlsHandshakeException::new,
            TlsHandshakeException::new),
        new Row(
            IOException.class,
            "ECONNRESET",
            TruncatedBodyException::new,
            TruncatedBodyException::new),
        new Row(
            ConnectException.class,
            "ENOTFOUND",
            UnresolvedHostException::new,
            UnresolvedHostException::new));
  }

  @Test
  void theRowsAreAllThereAre() {
    Set<Class<?>> tested = new HashSet<>();
    rows().forEach(row -> tested.add(row.made().of("", EVIDENCE).getClass()));

    assertThat(tested).isEqualTo(Set.of(ExchangeFailure.class.getPermittedSubclasses()));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void eachIsCaughtWhereTheJdksIsCaught(Row row) {
    IOException failure = row.made().of("what happened", EVIDENCE);

    assertThat(failure.getClass().getSuperclass()).isEqualTo(row.caughtAs());
    assertThat(failure).hasMessage("what happened").hasNoCause();
    assertThat(((ExchangeFailure) failure).code()).isEqualTo(row.code());
    assertThat(((ExchangeFailure) failure).evidence()).isSameAs(EVIDENCE);
    assertThat(((ExchangeFailure) failure).serverActed()).isEqualTo(ServerActed.YES);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void eachHasItsCause(Row row) {
    IOException cause = new IOException("lower");

    IOException failure = row.withCause().of("what happened", EVIDENCE, cause);

    assertThat(failure).hasMessage("what happened").hasCause(cause);
    assertThat(((ExchangeFailure) failure).evidence()).isSameAs(EVIDENCE);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void eachNeedsItsEvidence(Row row) {
    assertThatThrownBy(() -> row.made().of("what happened", null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("evidence");
  }

  @ParameterizedTest
  @MethodSource("rows")
  void eachSurvivesSerialization(Row row) throws Exception {
    IOException failure = row.withCause().of("what happened", EVIDENCE, new IOException("lower"));
    failure.addSuppressed(row.made().of("first", EVIDENCE));

    Throwable read = (Throwable) readBack(failure);

    assertThat(read)
        .isExactlyInstanceOf(failure.getClass())
        .hasMessage("what happened")
        .hasRootCauseMessage("lower");
    assertThat(((ExchangeFailure) read).evidence()).isEqualTo(EVIDENCE);
    assertThat(((ExchangeFailure) read).code()).isEqualTo(row.code());
    assertThat(read.getSuppressed()).hasSize(1);
  }

  @Test
  void howAConnectionEndedSurvivesSerialization() throws Exception {
    for (Ending ending : Ending.values()) {
      HangUpException read = (HangUpException) readBack(new HangUpException("", ending, EVIDENCE));
      assertThat(read.ending()).isEqualTo(ending);
      assertThat(read.code()).isEqualTo(code(ending));
      TruncatedBodyException body =
          (TruncatedBodyException) readBack(new TruncatedBodyException("", ending, EVIDENCE));
      assertThat(body.ending()).isEqualTo(ending);
      assertThat(body.code()).isEqualTo(code(ending));
    }
    assertThat(new TruncatedBodyException("", EVIDENCE).ending()).isEqualTo(Ending.RST);
    assertThatThrownBy(() -> new HangUpException("", null, EVIDENCE))
        .isInstanceOf(NullPointerException.class);
  }

  private static String code(Ending ending) {
    return switch (ending) {
      case FIN, RST -> "ECONNRESET";
      case TIMED_OUT -> "ETIMEDOUT";
    };
  }

  private static Object readBack(Object written) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(octets)) {
      out.writeObject(written);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(octets.toByteArray()))) {
      return in.readObject();
    }
  }

  @Test
  void aSwitchOverThemNeedsNoDefault() {
    List<String> told =
        rows().map(row -> row.made().of("", EVIDENCE)).map(ExchangeFailureTest::tell).toList();

    assertThat(told).doesNotHaveDuplicates().hasSize(13);
  }

  private static String tell(IOException failure) {
    return switch ((ExchangeFailure) failure) {
      case ClientClosedException e -> "closed";
      case ConnectFailedException e -> "no connection";
      case ConnectTimeoutException e -> "no connection in time";
      case HangUpException e -> "hang-up";
      case MalformedResponseException e -> "malformed";
      case PoolTimeoutException e -> "pool";
      case RequestBodyException e -> "request body";
      case ResponseBodyException e -> "response body";
      case ResponseTimeoutException e -> "no response in time";
      case TlsFailureException e -> "TLS";
      case TlsHandshakeException e -> "handshake";
      case TruncatedBodyException e -> "truncated";
      case UnresolvedHostException e -> "unresolved";
    };
  }
}
