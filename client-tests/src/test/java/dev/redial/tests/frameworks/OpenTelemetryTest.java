package dev.redial.tests.frameworks;

import static dev.redial.tests.frameworks.PetShop.get;
import static dev.redial.tests.frameworks.PetShop.newPet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.instrumentation.javahttpclient.JavaHttpClientTelemetry;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** OpenTelemetry's wrapper of an HttpClient. */
class OpenTelemetryTest {
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");

  @RegisterExtension
  static final OpenTelemetryExtension TELEMETRY = OpenTelemetryExtension.create();

  @RegisterExtension final Rig rig = new Rig();
  private final PetShop shop = new PetShop();
  private ScriptedServer server;
  private HttpClient traced;

  @BeforeEach
  void start() {
    server = rig.server(shop);
    traced =
        JavaHttpClientTelemetry.create(TELEMETRY.getOpenTelemetry()).newHttpClient(rig.client());
  }

  @Test
  void getsPostsAndSeesErrorsOnOneConnection() throws Exception {
    assertThat(traced.send(get(server.uri("/pets/7")), BodyHandlers.ofString()).body())
        .isEqualTo(PetShop.ADA);
    assertThat(traced.send(get(server.uri("/pets/8")), BodyHandlers.ofString()).statusCode())
        .isEqualTo(404);
    assertThat(traced.send(newPet(server.uri("/pets")), BodyHandlers.ofString()).body())
        .isEqualTo(PetShop.NEW_PET);
    PetShop.assertNewPetArrived(server);
    PetShop.assertCarriedByRedial(server, 3);
    assertSpans("GET 200", "GET 404", "POST 201");
  }

  @Test
  void sendsAsynchronously() {
    HttpResponse<String> got =
        traced.sendAsync(get(server.uri("/pets/7")), BodyHandlers.ofString()).join();
    assertThat(got.body()).isEqualTo(PetShop.ADA);
    HttpResponse<String> added =
        traced.sendAsync(newPet(server.uri("/pets")), BodyHandlers.ofString(), null).join();
    assertThat(added.body()).isEqualTo(PetShop.NEW_PET);
    PetShop.assertCarriedByRedial(server, 2);
    assertSpans("GET 200", "POST 201");
  }

  @Test
  void streamsDownWhileTheAnswerIsStillComing() throws Exception {
    try (Stream<String> lines =
        traced.send(get(server.uri("/events")), BodyHandlers.ofLines()).body()) {
      Iterator<String> line = lines.iterator();
      assertThat(line.next()).isEqualTo("data: one");
      shop.firstEventWasSeen();
      assertThat(line).toIterable().containsExactly("", "data: two", "");
    }
    PetShop.assertCarriedByRedial(server, 1);
    assertSpans("GET 200");
  }

  @Test
  void aFailureEndsItsSpanAsAnError() throws Exception {
    server.stopListening();
    assertThatThrownBy(() -> traced.send(get(server.uri("/pets/7")), BodyHandlers.ofString()))
        .isInstanceOf(java.net.ConnectException.class);
    assertThat(spans(1).getFirst().getStatus()).isEqualTo(StatusData.error());
  }

  /** Each span, and that the server was told of it. */
  private void assertSpans(String... expected) {
    List<SpanData> spans = spans(expected.length);
    assertThat(spans)
        .extracting(span -> span.getName() + " " + span.getAttributes().get(STATUS))
        .containsExactly(expected);
    for (int i = 0; i < expected.length; i++) {
      SpanData span = spans.get(i);
      assertThat(server.requests().get(i).field("traceparent").orElseThrow())
          .startsWith("00-" + span.getTraceId() + "-" + span.getSpanId());
    }
  }

  /** An asynchronous call's span may end just after its caller went on. */
  private static List<SpanData> spans(int count) {
    Awaitility.await("spans").until(() -> TELEMETRY.getSpans().size() == count);
    return TELEMETRY.getSpans();
  }
}
