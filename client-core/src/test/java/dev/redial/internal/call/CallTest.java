package dev.redial.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.redial.HangUpException;
import dev.redial.RedialClient;
import dev.redial.ResponseTimeoutException;
import dev.redial.Retries;
import dev.redial.ServerActed;
import dev.redial.UnresolvedHostException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From hop to hop: redirects, cookies, retries and what is told of them in the end. */
@Timeout(60)
class CallTest {
  private static final String HELLO = Loopback.HELLO;

  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final List<String> answers = new CopyOnWriteArrayList<>();
  private final Loopback server = new Loopback(this::answer);
  private RedialClient client = RedialClient.newBuilder().followRedirects(Redirect.NORMAL).build();

  /** The answers in turn, the last one for ever; an empty one ends the connection. */
  private boolean answer(String head, OutputStream out) throws IOException {
    heads.add(head);
    String answer = answers.get(Math.min(heads.size(), answers.size()) - 1);
    Loopback.say(out, answer);
    return !answer.isEmpty() && !answer.contains("Connection: close");
  }

  private static String redirect(int status, String location) {
    return "HTTP/1.1 "
        + status
        + " X\r\nLocation: "
        + location
        + "\r\nContent-Length: 4\r\n\r\nmove";
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(client.stats().active()).isZero();
    client.close();
    server.close();
  }

  private void uses(RedialClient other) {
    client.close();
    client = other;
  }

  private HttpRequest.Builder request() {
    return HttpRequest.newBuilder(server.uri());
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofString());
  }

  private static String method(String head) {
    return head.substring(0, head.indexOf(' '));
  }

  // The response

  @Test
  void aResponseTellsWhereItCameFrom() throws Exception {
    answers.add(HELLO);
    HttpRequest request = request().build();

    HttpResponse<String> response = send(request);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("hello");
    assertThat(response.request()).isEqualTo(request);
    assertThat(response.uri()).isEqualTo(server.uri());
    assertThat(response.version()).isEqualTo(Version.HTTP_1_1);
    assertThat(response.sslSession()).isEmpty();
    assertThat(response.previousResponse()).isEmpty();
    assertThat(response.headers().firstValueAsLong("content-LENGTH")).hasValue(5);
    assertThat(response).hasToString("(GET " + server.uri() + ") 200");
  }

  // Redirects

  @Test
  void theChainOfRedirectsIsKept() throws Exception {
    answers.addAll(
        List.of(
            redirect(301, "/a"),
            redirect(302, "b?c"),
            redirect(307, "//127.0.0.1:" + server.uri().getPort() + "/d"),
            HELLO));
    HttpRequest request = request().build();

    HttpResponse<String> response = send(request);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.uri()).isEqualTo(server.uri().resolve("/d"));
    List<Integer> statuses = new ArrayList<>();
    List<String> paths = new ArrayList<>();
    HttpResponse<String> each = response.previousResponse().orElseThrow();
    while (true) {
      statuses.add(each.statusCode());
      paths.add(each.uri().getPath());
      assertThat(each.body()).isNull();
      if (each.previousResponse().isEmpty()) break;
      each = each.previousResponse().get();
    }
    assertThat(statuses).containsExactly(307, 302, 301);
    assertThat(paths).containsExactly("/b", "/a", "/x");
    assertThat(each.request()).isEqualTo(request);
    assertThat(client.stats().opened()).as("small bodies are read to nowhere").isEqualTo(1);
  }

  /** As the JDK's client does. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatTheProxySelectorThrowsIsAnIOExceptionOnceSomethingWasSent(int failing) {
    RuntimeException own = new IllegalStateException("own");
    AtomicInteger asked = new AtomicInteger();
    ProxySelector moody =
        new ProxySelector() {
          @Override
          public List<Proxy> select(URI uri) {
            if (asked.incrementAndGet() == failing) throw own;
            return List.of(Proxy.NO_PROXY);
          }

          @Override
          public void connectFailed(URI uri, SocketAddress address, IOException e) {}
        };
    uses(RedialClient.newBuilder().followRedirects(Redirect.NORMAL).proxy(moody).build());
    answers.addAll(List.of(redirect(302, "/a"), HELLO));

    Throwable thrown = catchThrowable(() -> send(request().build()));

    if (failing == 1) assertThat(thrown).isSameAs(own);
    else assertThat(thrown).isInstanceOf(IOException.class).hasCause(own);
    assertThat(heads).hasSize(failing - 1);
  }

  @Test
  void theSixthRedirectIsTheCallers() throws Exception {
    answers.add(redirect(302, "/again"));

    HttpResponse<String> response = send(request().build());

    assertThat(response.statusCode()).isEqualTo(302);
    assertThat(response.body()).isEqualTo("move");
    assertThat(heads).hasSize(6);
  }

  @ParameterizedTest
  @CsvSource({
    "301, POST, GET",
    "302, POST, GET",
    "302, PUT, PUT",
    "303, PUT, GET",
    "307, POST, POST",
    "308, POST, POST"
  })
  void theMethodChangesAsTheStatusSays(int status, String method, String next) throws Exception {
    answers.addAll(List.of(redirect(status, "/a"), HELLO));

    send(
        request()
            .method(method, BodyPublishers.noBody())
            .header("Content-Type", "text/plain")
            .build());

    assertThat(heads).extracting(CallTest::method).containsExactly(method, next);
    assertThat(heads.get(1).contains("Content-Type")).isEqualTo(method.equals(next));
  }

  @Test
  void withoutLeaveTheRedirectIsTheCallers() throws Exception {
    uses(RedialClient.newHttpClient());
    answers.add(redirect(302, "/a"));

    assertThat(send(request().build()).statusCode()).isEqualTo(302);

    assertThat(heads).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://",
        "http://[::1/",
        "ftp://127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:0/",
        "/a b"
      })
  void aRedirectToNowhereIsTheCallers(String location) throws Exception {
    answers.add(redirect(302, location));

    assertThat(send(request().build()).statusCode()).isEqualTo(302);

    assertThat(heads).hasSize(1);
  }

  @Test
  void credentialsDoNotFollowToAnotherOrigin() throws Exception {
    try (Loopback other = Loopback.saying(HELLO)) {
      List<String> told = new CopyOnWriteArrayList<>();
      try (Loopback asked =
          new Loopback((head, out) -> {
            told.add(head);
            Loopback.say(out, HELLO);
            return true;
          })) {
        answers.add(redirect(307, asked.uri().toString()));

        assertThat(
                send(request()
                        .header("Authorization", "Basic x")
                        .header("Cookie", "a=1")
                        .header("X-Own", "1")
                        .build())
                    .body())
            .isEqualTo("hello");

        assertThat(heads.get(0)).contains("Authorization: Basic x", "Cookie: a=1");
        assertThat(told.get(0))
            .contains("X-Own: 1", "Host: 127.0.0.1:" + asked.uri().getPort())
            .doesNotContain("Basic x")
            .doesNotContain("a=1");
      }
      assertThat(other.requests).hasValue(0);
    }
  }

  @Test
  void userInfoAndFragmentOfARedirectAreNotSent() throws Exception {
    answers.addAll(
        List.of(
            redirect(302, "http://user:secret@127.0.0.1:" + server.uri().getPort() + "/a#frag"),
            HELLO));

    assertThat(send(request().build()).statusCode()).isEqualTo(200);

    assertThat(heads.get(1))
        .startsWith("GET /a HTTP/1.1\r\n")
        .doesNotContain("secret")
        .doesNotContain("frag");
  }

  // Cookies

  @Test
  void aCookieOfARedirectIsSentOnTheNextHop() throws Exception {
    uses(
        RedialClient.newBuilder()
            .followRedirects(Redirect.NORMAL)
            .cookieHandler(new CookieManager())
            .build());
    answers.addAll(
        List.of(
            "HTTP/1.1 302 X\r\nSet-Cookie: a=1; Path=/\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n",
            HELLO));

    assertThat(send(request().header("Cookie", "own=0").build()).statusCode()).isEqualTo(200);

    assertThat(heads.get(0)).contains("\r\nCookie: own=0\r\n");
    assertThat(heads.get(1)).contains("\r\nCookie: own=0; a=1\r\n");
    assertThat(heads.get(1).toLowerCase(Locale.ROOT).split("\r\ncookie:", -1)).hasSize(2);
  }

  @Test
  void aRetriedRequestCarriesItsCookies() throws Exception {
    CookieManager jar = new CookieManager();
    uses(RedialClient.newBuilder().cookieHandler(jar).build());
    answers.addAll(
        List.of(
            "HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nContent-Length: 0\r\n\r\n", "", HELLO));
    assertThat(send(request().build()).statusCode()).isEqualTo(200);

    assertThat(send(request().build()).body()).isEqualTo("hello");

    assertThat(heads).hasSize(3);
    assertThat(heads.subList(1, 3)).allMatch(head -> head.contains("\r\nCookie: a=1\r\n"));
  }

  /** A jar that fails where a test wants it to. */
  private static final class Broken extends CookieHandler {
    private final boolean whenAsked;

    Broken(boolean whenAsked) {
      this.whenAsked = whenAsked;
    }

    @Override
    public Map<String, List<String>> get(URI uri, Map<String, List<String>> headers)
        throws IOException {
      if (whenAsked) throw new IOException("the jar is gone");
      return Map.of();
    }

    @Override
    public void put(URI uri, Map<String, List<String>> headers) throws IOException {
      throw new IOException("the jar is full");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aJarThatFailsLosesNoConnection(boolean whenAsked) {
    uses(RedialClient.newBuilder().cookieHandler(new Broken(whenAsked)).build());
    answers.add(HELLO);

    assertThatThrownBy(() -> send(request().build()))
        .isInstanceOf(IOException.class)
        .hasMessage(whenAsked ? "the jar is gone" : "the jar is full");
  }

  // Retries

  /** The authenticator takes longer than there is time. */
  @Test
  void aDeadlineBetweenRequestsSaysNoMoreOfTheServerThanTheyDid() {
    Authenticator slow =
        new Authenticator() {
          @Override
          protected PasswordAuthentication getPasswordAuthentication() {
            long late = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
            while (late - System.nanoTime() > 0) LockSupport.parkNanos(late - System.nanoTime());
            return new PasswordAuthentication("n", "p".toCharArray());
          }
        };
    uses(RedialClient.newBuilder().authenticator(slow).build());
    answers.add(
        "HTTP/1.1 401 X\r\nWWW-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\n\r\n");

    ResponseTimeoutException thrown =
        catchThrowableOfType(
            ResponseTimeoutException.class,
            () -> send(request().timeout(Duration.ofMillis(200)).build()));

    assertThat(thrown.evidence().attempt()).isEqualTo(2);
    assertThat(thrown.serverActed()).isEqualTo(ServerActed.NO);
    assertThat(heads).hasSize(1);
  }

  /** The cookie handler fails, or the authenticator knows nothing. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatFailsBeforeARepetitionDoesNotHideTheFailureBeforeIt(boolean cookies) {
    AtomicInteger asked = new AtomicInteger();
    CookieHandler once =
        new CookieManager() {
          @Override
          public Map<String, List<String>> get(URI uri, Map<String, List<String>> headers)
              throws IOException {
            if (asked.incrementAndGet() > 1) throw new IOException("the jar is gone");
            return Map.of();
          }
        };
    RedialClient.Builder builder = RedialClient.newBuilder().authenticator(new Authenticator() {});
    uses(cookies ? builder.cookieHandler(once).build() : builder.build());
    answers.addAll(
        List.of(
            "",
            "HTTP/1.1 401 X\r\nWWW-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\n\r\n"));

    HangUpException thrown =
        catchThrowableOfType(HangUpException.class, () -> send(request().build()));

    assertThat(thrown.serverActed()).isEqualTo(ServerActed.MAYBE);
    assertThat(thrown.getSuppressed())
        .extracting(Throwable::getMessage)
        .containsExactly(cookies ? "the jar is gone" : "No credentials provided");
  }

  @Test
  void theFailuresOfRetriesGoAlongWithTheFirst() throws Exception {
    answers.addAll(List.of(HELLO, ""));
    assertThat(send(request().build()).body()).isEqualTo("hello");

    HangUpException thrown =
        catchThrowableOfType(HangUpException.class, () -> send(request().build()));

    assertThat(heads).hasSize(4);
    assertThat(thrown.evidence().attempt()).isEqualTo(1);
    assertThat(thrown.evidence().reused()).isTrue();
    assertThat(thrown.getSuppressed()).hasSize(2);
    for (int attempt = 2; attempt <= 3; attempt++) {
      HangUpException later = (HangUpException) thrown.getSuppressed()[attempt - 2];
      assertThat(later.evidence().attempt()).isEqualTo(attempt);
      assertThat(later.evidence().reused()).isFalse();
    }
  }

  /** Whoever is told NO may send all of it again: what the call did before counts as well. */
  @ParameterizedTest
  @CsvSource({
    "POST, 301, YES",
    "POST, 302, YES",
    "POST, 303, YES",
    "PUT, 303, YES",
    "POST, 307, NO",
    "PUT, 302, NO",
    "GET, 303, NO"
  })
  void aFailureBehindARedirectTellsOfTheRequestBefore(
      String method, int status, ServerActed acted) {
    answers.add(redirect(status, "http://nowhere.invalid/"));

    UnresolvedHostException failure =
        failureBehindRedirects(request().method(method, BodyPublishers.noBody()));

    assertThat(failure.serverActed()).isEqualTo(acted);
    assertThat(failure.evidence().attempt()).isEqualTo(2);
    assertThat(failure).hasMessageContaining("server acted: " + acted);
    assertThat(failure.getMessage().endsWith(", by an earlier request of this call"))
        .isEqualTo(acted == ServerActed.YES);
  }

  @ParameterizedTest
  @CsvSource({
    "'', MAYBE",
    "504, MAYBE",
    "503, MAYBE",
    "421, NO",
    "425, NO",
  })
  void aFailureTellsOfAttemptsBeforeARedirect(String first, ServerActed acted) {
    answers.add(first.isEmpty() ? "" : "HTTP/1.1 " + first + " X\r\nContent-Length: 0\r\n\r\n");
    answers.add(redirect(307, "http://nowhere.invalid/"));

    UnresolvedHostException failure =
        failureBehindRedirects(
            request().POST(BodyPublishers.noBody()).header("Idempotency-Key", "k"));

    assertThat(failure.serverActed()).isEqualTo(acted);
    assertThat(failure.evidence().attempt()).isEqualTo(3);
    assertThat(heads).hasSize(2);
  }

  private UnresolvedHostException failureBehindRedirects(HttpRequest.Builder request) {
    uses(
        RedialClient.newBuilder()
            .followRedirects(Redirect.NORMAL)
            .retries(Retries.defaults().withStatuses(Set.of(421, 425, 503, 504)))
            .resolver(host -> {
              throw new UnknownHostException(host);
            })
            .build());
    return catchThrowableOfType(UnresolvedHostException.class, () -> send(request.build()));
  }

  /** Of how long the server keeps idle connections it says nothing. */
  @Test
  void aConnectionThatBreaksWithinAnAnswerLeavesItsSiblingsAlone() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    try (Loopback breaking =
        new Loopback((head, out) -> {
          if (head.startsWith("GET /break")) {
            Loopback.say(out, "HTTP/1.1 200 O");
            return false;
          }
          both.countDown();
          try {
            if (!both.await(30, TimeUnit.SECONDS)) return false;
          } catch (InterruptedException e) {
            return false;
          }
          Loopback.say(out, HELLO);
          return true;
        })) {
      HttpRequest fine = HttpRequest.newBuilder(breaking.uri()).build();
      CompletableFuture<?> one = client.sendAsync(fine, BodyHandlers.ofString());
      CompletableFuture<?> two = client.sendAsync(fine, BodyHandlers.ofString());
      CompletableFuture.allOf(one, two).get(30, TimeUnit.SECONDS);
      assertThat(client.stats().idle()).isEqualTo(2);

      HttpRequest breaks = HttpRequest.newBuilder(breaking.uri().resolve("/break")).build();
      assertThatThrownBy(() -> send(breaks)).isInstanceOf(HangUpException.class);

      assertThat(client.stats().idle()).isEqualTo(1);
    }
  }

  @Test
  void theDeadlineOfARetryIsTold() throws Exception {
    answers.addAll(List.of(HELLO, "", "HTTP/1.1 200 OK\r\n"));
    assertThat(send(request().build()).body()).isEqualTo("hello");

    Throwable thrown =
        catchThrowable(() -> send(request().timeout(Duration.ofMillis(500)).build()));

    assertThat(thrown).isInstanceOf(ResponseTimeoutException.class);
    assertThat(((ResponseTimeoutException) thrown).serverActed()).isEqualTo(ServerActed.YES);
  }

  @Test
  void aRetryIsAllowedAgainBehindARedirect() throws Exception {
    answers.addAll(List.of("", redirect(302, "/a"), "", HELLO));

    assertThat(send(request().build()).body()).isEqualTo("hello");

    assertThat(heads)
        .extracting(head -> head.substring(0, head.indexOf(" HTTP")))
        .containsExactly("GET /x", "GET /x", "GET /a", "GET /a");
  }

  // Time

  @Test
  void theServerIsToldWhatIsLeftWhenTheRequestIsSent() throws Exception {
    answers.add(HELLO);
    long begun = System.nanoTime();
    long looksUpFor = TimeUnit.MILLISECONDS.toNanos(100);
    uses(
        RedialClient.newBuilder()
            .deadlineHeader("X-Left")
            .resolver(host -> {
              while (System.nanoTime() - begun < looksUpFor) LockSupport.parkNanos(looksUpFor);
              return List.of(InetAddress.getLoopbackAddress());
            })
            .build());
    URI named = URI.create("http://named.invalid:" + server.uri().getPort() + "/");

    send(HttpRequest.newBuilder(named).timeout(Duration.ofSeconds(10)).build());

    Matcher told = Pattern.compile("X-Left: ([0-9]+)\r\n").matcher(heads.getFirst());
    assertThat(told.find()).isTrue();
    assertThat(Integer.parseInt(told.group(1))).isBetween(1, 9_900);
  }

  @Test
  void aDeadlineThatPassesBeforeAnythingIsSentSendsNothing() {
    CookieHandler slow =
        new CookieHandler() {
          @Override
          public Map<String, List<String>> get(URI uri, Map<String, List<String>> headers) {
            long until = System.nanoTime() + Duration.ofMillis(50).toNanos();
            while (System.nanoTime() - until < 0) Thread.onSpinWait();
            return Map.of();
          }

          @Override
          public void put(URI uri, Map<String, List<String>> headers) {
            throw new AssertionError("there is no answer");
          }
        };
    uses(RedialClient.newBuilder().cookieHandler(slow).build());
    answers.add(HELLO);

    ResponseTimeoutException thrown =
        catchThrowableOfType(
            ResponseTimeoutException.class,
            () -> send(request().timeout(Duration.ofMillis(20)).build()));

    assertThat(thrown.serverActed()).isEqualTo(ServerActed.NO);
    assertThat(heads).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PT2562047788015215H30M7.999999999S",
        "PT2562047H47M16.854775806S",
        "PT2562047788015H12M55.807S"
      })
  void anEndlessTimeoutIsNone(Duration endless) throws Exception {
    uses(RedialClient.newBuilder().connectTimeout(endless).build());
    answers.add(HELLO);

    assertThat(send(request().timeout(endless).build()).body()).isEqualTo("hello");
  }
}
