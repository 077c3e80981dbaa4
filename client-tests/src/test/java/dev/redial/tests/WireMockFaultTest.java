package dev.redial.tests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static dev.redial.tests.Failures.failureOf;
import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import dev.redial.ExchangeFailure;
import dev.redial.ExchangeStage;
import dev.redial.HangUpException;
import dev.redial.MalformedResponseException;
import dev.redial.RedialClient;
import dev.redial.ServerActed;
import dev.redial.tests.kit.Rig;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The four faults of WireMock, injected by WireMock, on fresh and on reused connections. */
class WireMockFaultTest {
  private static final WireMockServer WIREMOCK = new WireMockServer(options().dynamicPort());

  @RegisterExtension final Rig rig = new Rig();

  static Stream<Arguments> everything() {
    return Stream.of(Fault.values())
        .flatMap(fault ->
            Stream.of(RequestKind.GET, RequestKind.PUT, RequestKind.POST_WITH_KEY, RequestKind.POST)
                .flatMap(kind ->
                    Stream.of(false, true).map(reused -> Arguments.of(fault, kind, reused))));
  }

  @BeforeAll
  static void start() {
    WIREMOCK.start();
  }

  @AfterAll
  static void stop() {
    WIREMOCK.stop();
  }

  /** Everything is fine but {@code /faulty}, and that only once. */
  @BeforeEach
  void serve() {
    rig.watch(WIREMOCK::resetAll, WIREMOCK.port());
    WIREMOCK.stubFor(any(anyUrl()).willReturn(ok("ok")));
  }

  private static void failOnce(Fault fault) {
    WIREMOCK.stubFor(
        any(urlEqualTo("/faulty"))
            .inScenario("a fault")
            .whenScenarioStateIs(Scenario.STARTED)
            .willSetStateTo("over")
            .willReturn(aResponse().withFault(fault)));
  }

  @ParameterizedTest(name = "{0}, {1}, reused {2}")
  @MethodSource("everything")
  void aFaultIsASafeRetryOrItsOwnException(Fault fault, RequestKind kind, boolean reused)
      throws Exception {
    failOnce(fault);
    RedialClient client = rig.client();
    if (reused) assertOk(client, get(uri("/warm")));
    assertThat(client.stats().opened()).isEqualTo(reused ? 1 : 0);

    HttpRequest request = kind.to(uri("/faulty"));
    if (hangsUp(fault) && (reused ? kind.repeatable : kind.repeatedWhenFresh)) {
      assertOk(client, request);
      assertThat(seen("/faulty")).containsExactly(kind.method, kind.method);
    } else {
      assertFailure(failureOf(client, request), fault, reused);
      assertThat(seen("/faulty")).containsExactly(kind.method);
      assertOk(client, kind.to(uri("/after"))); // neither the client nor its pool is any the worse
    }
    assertThat(client.stats().opened()).isEqualTo(2);
    assertThat(client.stats().idle()).isEqualTo(1);
  }

  private static boolean hangsUp(Fault fault) {
    return fault == Fault.CONNECTION_RESET_BY_PEER || fault == Fault.EMPTY_RESPONSE;
  }

  private static void assertFailure(Exception failure, Fault fault, boolean reused) {
    assertThat(failure).isInstanceOf(ExchangeFailure.class);
    assertThat(((ExchangeFailure) failure).evidence().reused()).isEqualTo(reused);
    switch (fault) {
      case CONNECTION_RESET_BY_PEER -> assertHangUp(failure, HangUpException.Ending.RST);
      case EMPTY_RESPONSE -> assertHangUp(failure, HangUpException.Ending.FIN);
      case MALFORMED_RESPONSE_CHUNK ->
          assertMalformed(failure, ExchangeStage.BODY, ServerActed.YES);
      // Garbage in place of a status line need not be an answer to this request at all.
      case RANDOM_DATA_THEN_CLOSE ->
          assertMalformed(failure, ExchangeStage.STATUS_LINE, ServerActed.MAYBE);
    }
  }

  private static void assertHangUp(Exception failure, HangUpException.Ending ending) {
    assertThat(failure).isExactlyInstanceOf(HangUpException.class);
    HangUpException hangUp = (HangUpException) failure;
    assertThat(hangUp.serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(hangUp.ending()).isEqualTo(ending);
  }

  private static void assertMalformed(Exception failure, ExchangeStage stage, ServerActed acted) {
    assertThat(failure)
        .isExactlyInstanceOf(MalformedResponseException.class)
        .isInstanceOf(ProtocolException.class);
    MalformedResponseException malformed = (MalformedResponseException) failure;
    assertThat(malformed.serverActed()).isEqualTo(acted);
    assertThat(malformed.code()).isEqualTo("EPROTO");
    assertThat(malformed.evidence().stage()).isEqualTo(stage);
    assertThat(malformed.evidence().bytesReceived()).isPositive();
  }

  private static void assertOk(RedialClient client, HttpRequest request) throws Exception {
    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("ok");
  }

  /** The methods of the requests for a path in WireMock's log, which has the newest first. */
  private static List<String> seen(String path) {
    return WIREMOCK.getAllServeEvents().stream()
        .map(ServeEvent::getRequest)
        .filter(request -> request.getUrl().equals(path))
        .map(request -> request.getMethod().getName())
        .toList();
  }

  private static URI uri(String path) {
    return URI.create("http://127.0.0.1:" + WIREMOCK.port() + path);
  }
}
