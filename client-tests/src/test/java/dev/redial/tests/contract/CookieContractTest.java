package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.Requests;
import dev.redial.tests.kit.ScriptedServer;
import java.net.CookieHandler;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Cookies: the caller's handler decides which are sent and kept. */
@Tag("contract-12")
class CookieContractTest {
  private static final String OK = Answers.ok("ok");

  @RegisterExtension final ContractRig rig = new ContractRig();

  @OnBothSides
  void oneLineJoinsThoseOfTheHandlerAndTheCallers(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    HttpRequest request = Requests.of("GET", server.uri("/")).header("Cookie", "own=0").build();
    send(rig.client(side, b -> b.cookieHandler(jar("a=1", "b=2"))), request);
    String line = server.requests().getFirst().field("Cookie").orElseThrow(); // one line only
    assertThat(line.split("; ")).containsExactlyInAnyOrder("own=0", "a=1", "b=2");
  }

  @OnBothSides
  void cookiesThatCannotBeWrittenAreDroppedSilently(Side side) throws Exception {
    ScriptedServer server = rig.server(ScriptedServer.always(OK));
    CookieHandler jar = jar("a=1", "b=\u20ac", "c=2\r\nX-Injected: 1", "d=\u0000", "e=5");
    send(rig.client(side, b -> b.cookieHandler(jar)), get(server.uri("/")));
    RequestSeen seen = server.requests().getFirst();
    assertThat(seen.field("Cookie")).contains("a=1; e=5");
    assertThat(seen.field("X-Injected")).isEmpty();
  }

  @OnBothSides
  void theCookieOfARedirectIsStoredBeforeTheNextHop(Side side) throws Exception {
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(Answers.status("302 Found", "", "Location: /next", "Set-Cookie: hop=1; Path=/"));
          c.serve(OK);
        });
    CookieManager jar = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
    HttpClient client =
        rig.client(side, b -> b.cookieHandler(jar).followRedirects(Redirect.NORMAL));
    send(client, get(server.uri("/first")));
    assertThat(server.requests().get(0).field("Cookie")).isEmpty();
    assertThat(server.requests().get(1).target()).isEqualTo("/next");
    assertThat(server.requests().get(1).field("Cookie")).contains("hop=1");
  }

  @OnBothSides
  void aRetriedRequestCarriesThemToo(Side side) throws Exception {
    ScriptedServer server =
        rig.server(
            c -> {
              c.readRequest();
              c.send(OK);
              c.readRequest();
              c.fin();
            },
            ScriptedServer.always(OK));
    HttpClient client = rig.client(side, b -> b.cookieHandler(jar("a=1")));
    send(client, get(server.uri("/warm")));
    send(client, get(server.uri("/retried")));
    assertThat(server.events(2)).containsExactly("accepted", "GET /retried");
    assertThat(server.requests()).hasSize(3);
    assertThat(server.requests()).allMatch(seen -> seen.all("Cookie").equals(List.of("a=1")));
  }

  @OnBothSides
  void theCallersOwnCookieIsNotCarriedToAnotherOrigin(Side side) throws Exception {
    ScriptedServer other = rig.server(ScriptedServer.always(OK));
    ScriptedServer server =
        rig.server(
            ScriptedServer.always(
                Answers.status("302 Found", "", "Location: " + other.uri("/there"))));
    HttpRequest request = Requests.of("GET", server.uri("/")).header("Cookie", "own=0").build();
    send(rig.client(side, b -> b.followRedirects(Redirect.NORMAL)), request);
    assertThat(server.requests().getFirst().field("Cookie")).contains("own=0");
    assertThat(other.requests().getFirst().field("Cookie")).isEmpty();
  }

  private static CookieHandler jar(String... cookies) {
    return new CookieHandler() {
      @Override
      public Map<String, List<String>> get(URI uri, Map<String, List<String>> headers) {
        return Map.of("Cookie", List.of(cookies));
      }

      @Override
      public void put(URI uri, Map<String, List<String>> headers) {}
    };
  }

  private static void send(HttpClient client, HttpRequest request) throws Exception {
    assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
  }
}
