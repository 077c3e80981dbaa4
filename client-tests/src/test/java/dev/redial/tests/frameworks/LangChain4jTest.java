package dev.redial.tests.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.HttpException;
import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpMethod;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.jdk.JdkHttpClient;
import dev.langchain4j.http.client.sse.DefaultServerSentEventParser;
import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.redial.RedialClient;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** LangChain4j's HTTP client, which builds the one beneath it from the builder it is given. */
class LangChain4jTest {
  @RegisterExtension final Rig rig = new Rig();
  private final PetShop shop = new PetShop();
  private ScriptedServer server;
  private HttpClient http;

  @BeforeEach
  void start() {
    server = rig.server(shop);
    http =
        JdkHttpClient.builder()
            .httpClientBuilder(RedialClient.newBuilder())
            .connectTimeout(Duration.ofSeconds(10))
            .build();
  }

  /** Nobody can close the client that was built, so the server ends its connection. */
  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void getsPostsAndSeesErrorsOnOneConnection() {
    assertThat(http.execute(get("/pets/7")).body()).isEqualTo(PetShop.ADA);
    assertThatThrownBy(() -> http.execute(get("/pets/8")))
        .isInstanceOfSatisfying(
            HttpException.class,
            e -> {
              assertThat(e.statusCode()).isEqualTo(404);
              assertThat(e).hasMessage(PetShop.NO_SUCH_PET);
            });
    SuccessfulHttpResponse added =
        http.execute(
            HttpRequest.builder()
                .method(HttpMethod.POST)
                .url(server.uri("/pets").toString())
                .addHeader("Content-Type", "application/json")
                .body(PetShop.NEW_PET)
                .build());
    assertThat(added.statusCode()).isEqualTo(201);
    assertThat(added.body()).isEqualTo(PetShop.NEW_PET);
    PetShop.assertNewPetArrived(server);
    PetShop.assertCarriedByRedial(server, 3);
  }

  @Test
  void streamsEventsWhileTheAnswerIsStillComing() {
    Events events = new Events(shop);
    http.execute(get("/events"), new DefaultServerSentEventParser(), events);
    assertThat(events.all.join()).containsExactly("one", "two");
    assertThat(http.execute(get("/pets/7")).body()).isEqualTo(PetShop.ADA);
    PetShop.assertCarriedByRedial(server, 2);
  }

  @Test
  void aStreamThatIsRefusedIsAnError() {
    Events events = new Events(shop);
    http.execute(get("/no-events"), new DefaultServerSentEventParser(), events);
    assertThatThrownBy(events.all::join)
        .cause()
        .isInstanceOf(HttpException.class)
        .hasMessage(PetShop.NO_SUCH_PET);
    PetShop.assertCarriedByRedial(server, 1);
  }

  private HttpRequest get(String target) {
    return HttpRequest.builder().method(HttpMethod.GET).url(server.uri(target).toString()).build();
  }

  /** Collects events until they end; confined to the thread that delivers them. */
  private static final class Events implements ServerSentEventListener {
    private final PetShop shop;
    private final List<String> seen = new ArrayList<>();
    private final CompletableFuture<List<String>> all = new CompletableFuture<>();

    Events(PetShop shop) {
      this.shop = shop;
    }

    @Override
    public void onEvent(ServerSentEvent event) {
      seen.add(event.data());
      shop.firstEventWasSeen();
    }

    @Override
    public void onError(Throwable failure) {
      all.completeExceptionally(failure);
    }

    @Override
    public void onClose() {
      all.complete(List.copyOf(seen));
    }
  }
}
