package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.redial.RedialClient;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.BlackHole;
import dev.redial.tests.kit.ScriptedServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code send} throws: the documented class, and a stack trace that shows the caller. */
@Tag("contract-30")
class ExceptionContractTest {
  @RegisterExtension final ContractRig rig = new ContractRig();

  private enum Failure {
    CONNECT_TIMEOUT(HttpConnectTimeoutException.class),
    RESPONSE_TIMEOUT(HttpTimeoutException.class),
    REFUSED(ConnectException.class),
    UNKNOWN_HOST(ConnectException.class),
    UNTRUSTED(SSLHandshakeException.class),
    UNEXPECTED_SWITCH(ProtocolException.class),
    NOT_HTTP(IOException.class),
    CLOSED(IOException.class),
    CUT_BODY(IOException.class),
    CUT_BODY_OF_A_FOREIGN_SUBSCRIBER(IOException.class),
    REQUEST_BODY(IOException.class),
    SUBSCRIBER(IOException.class);

    final Class<? extends Exception> type;

    Failure(Class<? extends Exception> type) {
      this.type = type;
    }
  }

  static Stream<Arguments> failures() {
    return Arrays.stream(Side.values())
        .flatMap(
            side -> Arrays.stream(Failure.values()).map(failure -> Arguments.of(side, failure)));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void theFailureIsOfTheDocumentedClassAndShowsItsCallerOnce(Side side, Failure failure)
      throws Exception {
    try (BlackHole hole = BlackHole.open()) {
      HttpClient client = rig.client(side, b -> b.connectTimeout(Duration.ofSeconds(1)));
      HttpRequest request = requestFor(failure, hole);
      Throwable first = catchThrowable(() -> client.send(request, handler(failure)));
      Throwable second = catchThrowable(() -> client.send(request, handler(failure)));
      assertThat(first).isInstanceOf(failure.type).isNotSameAs(second);
      for (Throwable thrown : List.of(first, second)) assertShowsTheCallerOnce(side, thrown);
    }
  }

  private static void assertShowsTheCallerOnce(Side side, Throwable thrown) {
    String client =
        side == Side.JDK ? "jdk.internal.net.http.HttpClientImpl" : RedialClient.class.getName();
    List<StackTraceElement> stack = Arrays.asList(thrown.getStackTrace());
    assertThat(stack)
        .filteredOn(f -> f.getClassName().equals(client) && f.getMethodName().equals("send"))
        .hasSize(1);
    assertThat(stack).anyMatch(f -> f.getClassName().equals(ExceptionContractTest.class.getName()));
  }

  /** Also where a subclass would do for a catch block, retry rules compare the class. */
  @ParameterizedTest
  @EnumSource(
      value = Failure.class,
      names = {"REQUEST_BODY", "SUBSCRIBER", "CLOSED"})
  void everythingElseIsAnIOExceptionWithAMessageAndACause(Failure failure) throws Exception {
    try (BlackHole hole = BlackHole.open()) {
      HttpClient client = rig.client(Side.REDIAL);
      HttpRequest request = requestFor(failure, hole);
      Throwable thrown = catchThrowable(() -> client.send(request, handler(failure)));
      assertThat(thrown).isInstanceOf(IOException.class);
      assertThat(thrown.getMessage()).isNotBlank();
      assertThat(thrown.getCause()).isNotNull();
    }
  }

  private HttpRequest requestFor(Failure failure, BlackHole hole) {
    return switch (failure) {
      case CONNECT_TIMEOUT -> get(hole.uri("/"));
      case RESPONSE_TIMEOUT ->
          HttpRequest.newBuilder(answering("").uri("/")).timeout(Duration.ofMillis(300)).build();
      case REFUSED -> get(refusing());
      case UNKNOWN_HOST -> get(URI.create("http://no-such-host.invalid/"));
      case UNTRUSTED -> get(rig.tlsServer(ScriptedServer.always(Answers.ok("ok"))).uri("/"));
      case UNEXPECTED_SWITCH -> get(answering("HTTP/1.1 101 Switching Protocols\r\n\r\n").uri("/"));
      case NOT_HTTP -> get(answering("SSH-2.0-OpenSSH_9.6\r\n\r\n").uri("/"));
      case CLOSED -> request("POST", closing("").uri("/"), BodyPublishers.ofString("x"));
      case CUT_BODY, CUT_BODY_OF_A_FOREIGN_SUBSCRIBER ->
          get(closing(Answers.head("200 OK", "Content-Length: 9") + "\r\nfour").uri("/"));
      case REQUEST_BODY ->
          request(
              "POST",
              answering("").uri("/"),
              BodyPublishers.fromPublisher(BodyPublishers.ofString("four"), 100_000));
      case SUBSCRIBER -> get(answering(Answers.ok("ok")).uri("/"));
    };
  }

  private static BodyHandler<String> handler(Failure failure) {
    return switch (failure) {
      case CUT_BODY_OF_A_FOREIGN_SUBSCRIBER -> head -> new RecordingSubscriber();
      case SUBSCRIBER ->
          head -> {
            throw new IllegalStateException("mine");
          };
      default -> BodyHandlers.ofString();
    };
  }

  private ScriptedServer answering(String answer) {
    return rig.server(c -> {
      c.readHeadOnly();
      if (!answer.isEmpty()) c.send(answer);
      c.stall();
    });
  }

  private ScriptedServer closing(String answer) {
    return rig.server(c -> {
      c.readRequest();
      if (!answer.isEmpty()) c.send(answer);
      c.fin();
    });
  }

  private URI refusing() {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("ok")));
    try {
      server.stopListening();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    return server.uri("/");
  }
}
