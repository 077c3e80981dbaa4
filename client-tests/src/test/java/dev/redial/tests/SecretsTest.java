package dev.redial.tests;

import static dev.redial.tests.Failures.failureOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.ExchangeFailure;
import dev.redial.RedialClient;
import dev.redial.RedialListener;
import dev.redial.Resend;
import dev.redial.Retries;
import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Rig;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ScriptedServer.Script;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Passwords, tokens and cookies are in no message, no {@code toString} and no event. */
class SecretsTest {
  private static final String SECRET = "hunter2";
  private static final String BASIC =
      Base64.getEncoder().encodeToString(("user:" + SECRET).getBytes(StandardCharsets.US_ASCII));

  @RegisterExtension final Rig rig = new Rig();

  private final Queue<String> said = new ConcurrentLinkedQueue<>();

  /** What goes wrong on every connection, with the secret in the answer where there is one. */
  static Stream<Map.Entry<String, Script>> faults() {
    Map<String, String> answers =
        Map.of(
            "NUL in a cookie",
            "HTTP/1.1 200 OK\r\nSet-Cookie: sid=" + SECRET + "\0\r\n\r\n",
            "bare CR in a cookie",
            "HTTP/1.1 200 OK\r\nSet-Cookie: sid=" + SECRET + "\rx\r\n\r\n",
            "a head cut in a cookie",
            "HTTP/1.1 200 OK\r\nSet-Cookie: sid=" + SECRET,
            "a head that announces two lengths",
            "HTTP/1.1 200 OK\r\nSet-Cookie: " + SECRET + "\r\nContent-Length: 1, 2\r\n\r\n",
            "a body cut short",
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + SECRET,
            "a chunk that is none",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n" + SECRET + "x",
            "NUL in a trailer",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + SECRET + "\0",
            "no answer",
            "");
    return answers.entrySet().stream()
        .map(answer ->
            Map.entry(
                answer.getKey(),
                c -> {
                  c.readRequest();
                  c.send(answer.getValue());
                  c.fin();
                }));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void aFailedExchangeDoesNotTellThem(Map.Entry<String, Script> fault) throws Exception {
    ScriptedServer server = rig.server(fault.getValue());
    RedialClient client = listening(Retries.defaults());
    assertSilent(failureOf(client, secretive(server.uri("/"), Duration.ofSeconds(15))));
    assertSilent(client.stats().toString());
  }

  @Test
  void aTimeoutDoesNotTellThem() throws Exception {
    ScriptedServer server = rig.server(c -> c.stall());
    assertSilent(
        failureOf(listening(Retries.off()), secretive(server.uri("/"), Duration.ofMillis(200))));
  }

  @Test
  void aRefusedConnectionDoesNotTellThem() throws Exception {
    ScriptedServer server = rig.server(c -> c.stall());
    URI uri = server.uri("/");
    server.close();
    assertSilent(failureOf(listening(Retries.off()), secretive(uri, Duration.ofSeconds(15))));
  }

  @Test
  void aRequestThatIsNotSentDoesNotTellThem() throws Exception {
    RedialClient client = rig.client();
    for (String bad : List.of("a_b", "a_b:80", "127.0.0.1:0", "127.0.0.1:70000")) {
      URI uri = URI.create("http://user:" + SECRET + "@" + bad + "/");
      HttpRequest request = UncheckedRequest.to(uri);
      assertSilent(failureOf(client, request));
    }
    UncheckedRequest header = UncheckedRequest.to(URI.create("http://127.0.0.1:1/"));
    assertSilent(failureOf(client, header.with("Authorization", "Bearer " + SECRET + "\n")));
    assertSilent(failureOf(client, header.with("Cookie", SECRET + "\0")));
  }

  @Test
  void anAnswerDoesNotTellThem() throws Exception {
    ScriptedServer server =
        rig.server(ScriptedServer.always(Answers.ok("body", "Set-Cookie: sid=" + SECRET)));
    HttpResponse<String> answer =
        rig.client()
            .send(secretive(server.uri("/"), Duration.ofSeconds(15)), BodyHandlers.ofString());
    assertSilent(answer.toString());
  }

  @Test
  void aRedirectDoesNotTellThem() throws Exception {
    List<Integer> port = new ArrayList<>();
    ScriptedServer server =
        rig.server(c -> {
          while (true) {
            c.readRequest();
            c.send(
                Answers.status(
                    "302 Found",
                    "",
                    "Location: http://user:" + SECRET + "@127.0.0.1:" + port.getFirst() + "/"));
          }
        });
    port.add(server.port());
    RedialClient client = rig.client(b -> b.followRedirects(HttpClient.Redirect.NORMAL));
    HttpRequest request = secretive(server.uri("/"), Duration.ofSeconds(15));
    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(302);
    assertSilent(answer.toString());
    assertSilent(answer.request().toString());
  }

  @Test
  void refusedCredentialsAreNotTold() throws Exception {
    String challenge = "WWW-Authenticate: Basic realm=\"r\"";
    ScriptedServer server =
        rig.server(ScriptedServer.always(Answers.status("401 Unauthorized", "", challenge)));
    assertSilent(
        failureOf(rig.client(b -> b.authenticator(authenticator())), plain(server.uri("/"))));
  }

  @Test
  void credentialsThatAProxyRefusedAreNotTold() throws Exception {
    String challenge = "Proxy-Authenticate: Basic realm=\"r\"";
    ScriptedServer proxy =
        rig.server(ScriptedServer.always(Answers.status("407 No", "", challenge)));
    RedialClient client =
        rig.client(b ->
            b.authenticator(authenticator())
                .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", proxy.port()))));
    assertSilent(failureOf(client, plain(URI.create("http://127.0.0.1:1/"))));
  }

  private static Authenticator authenticator() {
    return new Authenticator() {
      @Override
      protected PasswordAuthentication getPasswordAuthentication() {
        return new PasswordAuthentication("user", SECRET.toCharArray());
      }
    };
  }

  private RedialClient listening(Retries retries) {
    return rig.client(b -> b.retries(retries).listener(new Saying()));
  }

  /** Keeps what every event says. */
  private final class Saying implements RedialListener {
    @Override
    public void attemptFailed(ExchangeFailure failure) {
      said.add(failure + " " + failure.explain());
    }

    @Override
    public void sentAgain(Resend resend) {
      said.add(resend.toString());
    }

    @Override
    public void notSentAgain(Resend resend, String reason) {
      said.add(resend + " " + reason);
    }
  }

  private static HttpRequest plain(URI uri) {
    return HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(15)).build();
  }

  private static HttpRequest secretive(URI uri, Duration timeout) {
    URI withPassword = URI.create(uri.toString().replace("http://", "http://user:" + SECRET + "@"));
    return HttpRequest.newBuilder(withPassword)
        .timeout(timeout)
        .header("Authorization", "Basic " + BASIC)
        .header("Proxy-Authorization", "Bearer " + SECRET)
        .header("Cookie", "sid=" + SECRET)
        .header("X-Api-Key", SECRET)
        .build();
  }

  private void assertSilent(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable each : Failures.chain(failure)) {
      text.append(each).append('\n');
      for (Throwable suppressed : each.getSuppressed()) text.append(suppressed).append('\n');
      if (each instanceof ExchangeFailure known)
        text.append(known.explain()).append(known.evidence()).append('\n');
    }
    assertSilent(text.toString());
  }

  private void assertSilent(String text) {
    assertThat(text).isNotEmpty();
    said.add(text);
    assertThat(said).noneMatch(each -> each.contains(SECRET) || each.contains(BASIC));
  }
}
