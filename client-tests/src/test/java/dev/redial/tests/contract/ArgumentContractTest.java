package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.ScriptedServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What send and sendAsync refuse at the call, before anything is sent. */
class ArgumentContractTest {
  private static final URI NOWHERE = URI.create("http://127.0.0.1:9/");

  @RegisterExtension final ContractRig rig = new ContractRig();

  @OnBothSides
  @Tag("contract-3")
  void nullArgumentsAreRefusedAtTheCall(Side side) {
    HttpClient client = rig.client(side);
    BodyHandler<String> handler = BodyHandlers.ofString();
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> client.send(null, handler),
            () -> client.send(get(NOWHERE), null),
            () -> client.sendAsync(null, handler),
            () -> client.sendAsync(get(NOWHERE), null),
            () -> client.sendAsync(null, handler, null),
            () -> client.sendAsync(get(NOWHERE), null, null)))
      assertThatThrownBy(call).isInstanceOf(NullPointerException.class);
  }

  @OnBothSides
  @Tag("contract-3")
  void aNullPushPromiseHandlerIsFine(Side side) {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("ok")));
    HttpResponse<String> answer =
        rig.client(side).sendAsync(get(server.uri("/")), BodyHandlers.ofString(), null).join();
    assertThat(answer.body()).isEqualTo("ok");
  }

  @OnBothSides
  @Tag("contract-3")
  void connectIsRefusedAtTheCall(Side side) {
    HttpClient client = rig.client(side);
    ForeignRequest connect = new ForeignRequest(NOWHERE);
    connect.method = "CONNECT";
    assertRefused(client, connect, IllegalArgumentException.class);
  }

  static Stream<Arguments> mistakes() {
    return Arrays.stream(Side.values())
        .flatMap(side -> requests().map(mistake -> Arguments.of(side, mistake)));
  }

  private static Stream<Named<HttpRequest>> requests() {
    return Stream.of(
        named("empty method", withMethod("")),
        named("method with a blank", withMethod("GET /x")),
        named("method with a line end", withMethod("GET\r\n")),
        named("method beyond ASCII", withMethod("G\u00c9T")),
        named("header name with a blank", foreign().header("a b", "v")),
        named("header name with a colon", foreign().header("a:b", "v")),
        named("header value with a line end", foreign().header("X-A", "a\r\nX-B: b")),
        named("header value with a bare CR", foreign().header("X-A", "a\rb")),
        named("second header value with a NUL", foreign().header("X-A", "fine", "a\u0000b")),
        named("Connection", foreign().header("Connection", "close")),
        named("content-length", foreign().header("content-length", "3")),
        named("EXPECT", foreign().header("EXPECT", "100-continue")),
        named("Host", foreign().header("Host", "elsewhere")),
        named("Upgrade", foreign().header("Upgrade", "websocket")),
        named("scheme ftp", new ForeignRequest(URI.create("ftp://127.0.0.1/"))),
        named("no scheme", new ForeignRequest(URI.create("//127.0.0.1/"))),
        named("no host", new ForeignRequest(URI.create("http:/path"))),
        named("timeout zero", withTimeout(Duration.ZERO)),
        named("timeout negative", withTimeout(Duration.ofMillis(-1))));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  @Tag("contract-4")
  void whatNobodyCheckedIsCheckedAtTheCall(Side side, HttpRequest mistake) {
    assertRefused(rig.client(side), mistake, IllegalArgumentException.class);
  }

  static Stream<Arguments> omissions() {
    ForeignRequest headers = foreign();
    headers.headers = null;
    ForeignRequest timeout = foreign();
    timeout.timeout = null;
    ForeignRequest body = foreign();
    body.body = null;
    return Arrays.stream(Side.values())
        .flatMap(side ->
            Stream.of(
                    named("uri", new ForeignRequest(null)),
                    named("headers", headers),
                    named("timeout", timeout),
                    named("bodyPublisher", body))
                .map(omission -> Arguments.of(side, omission)));
  }

  @ParameterizedTest
  @MethodSource("omissions")
  @Tag("contract-4")
  void whatIsMissingIsNoticedAtTheCall(Side side, HttpRequest omission) {
    assertRefused(rig.client(side), omission, NullPointerException.class);
  }

  /** The JDK's client takes a null method for GET, and fails in the exchange without a version. */
  @Test
  @Tag("contract-4")
  void aMissingMethodOrVersionIsNoticedAtTheCall() {
    ForeignRequest version = foreign();
    version.version = null;
    assertRefused(rig.client(Side.REDIAL), version, NullPointerException.class);
    assertRefused(rig.client(Side.REDIAL), withMethod(null), NullPointerException.class);
  }

  /** The JDK's client lets out what the accessor throws. */
  @Test
  @Tag("contract-4")
  void anAccessorThatThrowsIsNamedAtTheCall() {
    ForeignRequest throwing =
        new ForeignRequest(NOWHERE) {
          @Override
          public HttpHeaders headers() {
            throw new IllegalStateException("mine");
          }
        };
    assertRefused(rig.client(Side.REDIAL), throwing, IllegalArgumentException.class);
  }

  /** It is asked for everything but once: a second answer could be anything. */
  @Test
  @Tag("contract-4")
  void whatWasCheckedIsWhatIsSent() throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(Answers.ok("ok")));
    AtomicInteger asked = new AtomicInteger();
    ForeignRequest fickle =
        new ForeignRequest(server.uri("/checked")) {
          @Override
          public String method() {
            return asked.getAndIncrement() == 0 ? "GET" : "GET /other HTTP/1.1\r\nX: y\r\n\r\nGET";
          }
        };
    HttpClient client = rig.client(Side.REDIAL);
    HttpResponse<String> answer = client.send(fickle, BodyHandlers.ofString());
    assertThat(answer.request()).isSameAs(fickle);
    assertThat(server.requests()).hasToString("[GET /checked]");
    assertThat(asked).hasValue(1);
  }

  private static void assertRefused(
      HttpClient client, HttpRequest request, Class<? extends Throwable> type) {
    BodyHandler<String> handler = BodyHandlers.ofString();
    assertThatThrownBy(() -> client.send(request, handler)).isInstanceOf(type);
    assertThatThrownBy(() -> client.sendAsync(request, handler)).isInstanceOf(type);
    assertThatThrownBy(() -> client.sendAsync(request, handler, null)).isInstanceOf(type);
  }

  private static Named<HttpRequest> named(String what, HttpRequest request) {
    return Named.of(what, request);
  }

  private static ForeignRequest foreign() {
    return new ForeignRequest(NOWHERE);
  }

  private static ForeignRequest withMethod(String method) {
    ForeignRequest request = foreign();
    request.method = method;
    return request;
  }

  private static ForeignRequest withTimeout(Duration timeout) {
    ForeignRequest request = foreign();
    request.timeout = Optional.of(timeout);
    return request;
  }
}
