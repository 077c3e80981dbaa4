package dev.redial.internal.call;

import static dev.redial.internal.policy.AuthRule.Asker.PROXY;
import static dev.redial.internal.policy.AuthRule.Asker.SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.internal.policy.AuthRule;
import dev.redial.internal.policy.Challenge;
import dev.redial.internal.policy.Credentials;
import dev.redial.internal.route.Origin;
import dev.redial.internal.route.Route;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client remembers of accepted credentials, and where it sends them unasked. */
class CredentialsMemoryTest {
  private static final URI HERE = URI.create("http://a.example/dir/sub/x");
  private static final Route STRAIGHT = new Route(Origin.of(HERE), null);

  private final CredentialsMemory memory = new CredentialsMemory(new SecureRandom());

  private static Credentials credentials(String password) throws IOException {
    Authenticator knowing =
        new Authenticator() {
          @Override
          protected PasswordAuthentication getPasswordAuthentication() {
            return new PasswordAuthentication("user", password.toCharArray());
          }
        };
    Challenge challenge = new Challenge("basic", Map.of("realm", "r"));
    return AuthRule.credentials(knowing, SERVER, challenge, HERE, null, () -> "nonce");
  }

  private static Route through(String proxy, URI uri) {
    return new Route(Origin.of(uri), InetSocketAddress.createUnresolved(proxy, 8080));
  }

  @Test
  void nothingIsKnownAtFirst() {
    assertThat(memory.find(SERVER, STRAIGHT, HERE)).isEmpty();
    assertThat(memory.find(PROXY, through("p", HERE), HERE)).isEmpty();
  }

  /** RFC 7617, section 2.2. */
  @ParameterizedTest
  @CsvSource({
    "http://a.example/dir/sub/x, true",
    "http://a.example/dir/sub/y?q, true",
    "http://a.example/dir/sub/, true",
    "http://a.example/dir/sub/deeper/z, true",
    "http://a.example/dir/sub, false",
    "http://a.example/dir/subway/x, false",
    "http://a.example/dir/, false",
    "http://a.example/, false",
    "http://a.example, false"
  })
  void theyHoldForADirectoryAndAllBelowIt(URI uri, boolean known) throws IOException {
    Credentials kept = credentials("good");
    memory.keep(SERVER, STRAIGHT, HERE, kept);
    assertThat(memory.find(SERVER, STRAIGHT, uri).isPresent()).isEqualTo(known);
    if (known) assertThat(memory.find(SERVER, STRAIGHT, uri)).containsSame(kept);
  }

  @ParameterizedTest
  @CsvSource({"http://a.example", "http://a.example/", "http://a.example/x"})
  void thoseOfTheRootHoldEverywhere(URI root) throws IOException {
    Credentials kept = credentials("good");
    memory.keep(SERVER, STRAIGHT, root, kept);
    assertThat(memory.find(SERVER, STRAIGHT, HERE)).containsSame(kept);
    assertThat(memory.find(SERVER, STRAIGHT, URI.create("http://a.example"))).containsSame(kept);
  }

  @Test
  void theNearestDirectoryDecides() throws IOException {
    Credentials outer = credentials("outer");
    Credentials inner = credentials("inner");
    memory.keep(SERVER, STRAIGHT, URI.create("http://a.example/dir/x"), outer);
    memory.keep(SERVER, STRAIGHT, HERE, inner);
    assertThat(memory.find(SERVER, STRAIGHT, HERE)).containsSame(inner);
    assertThat(memory.find(SERVER, STRAIGHT, URI.create("http://a.example/dir/other/x")))
        .containsSame(outer);
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example/dir/sub/x",
    "http://a.example:8080/dir/sub/x",
    "http://b.example/dir/sub/x"
  })
  void noOtherOriginGetsThem(URI other) throws IOException {
    memory.keep(SERVER, STRAIGHT, HERE, credentials("good"));
    assertThat(memory.find(SERVER, new Route(Origin.of(other), null), other)).isEmpty();
  }

  @Test
  void aServersAreTheSameThroughAnyProxyAndNeverTheProxys() throws IOException {
    Credentials kept = credentials("good");
    memory.keep(SERVER, STRAIGHT, HERE, kept);
    assertThat(memory.find(SERVER, through("p", HERE), HERE)).containsSame(kept);
    assertThat(memory.find(PROXY, through("p", HERE), HERE)).isEmpty();
  }

  @Test
  void aProxysHoldForEveryTargetAndForThatProxyAlone() throws IOException {
    Credentials kept = credentials("good");
    memory.keep(PROXY, through("p", HERE), HERE, kept);
    URI away = URI.create("https://b.example/");
    assertThat(memory.find(PROXY, through("p", away), away)).containsSame(kept);
    assertThat(memory.find(PROXY, through("q", HERE), HERE)).isEmpty();
    assertThat(memory.find(SERVER, through("p", HERE), HERE)).isEmpty();
  }

  @Test
  void theNewestReplaceTheOld() throws IOException {
    memory.keep(SERVER, STRAIGHT, HERE, credentials("old"));
    Credentials renewed = credentials("new");
    memory.keep(SERVER, STRAIGHT, HERE, renewed);
    assertThat(memory.find(SERVER, STRAIGHT, HERE)).containsSame(renewed);
  }

  @Test
  void refusedOnesAreForgottenEverywhereAndOthersStay() throws IOException {
    URI elsewhere = URI.create("http://a.example/elsewhere/x");
    URI third = URI.create("http://a.example/third/x");
    Credentials refused = credentials("same");
    Credentials equal = credentials("same");
    memory.keep(SERVER, STRAIGHT, HERE, refused);
    memory.keep(SERVER, STRAIGHT, elsewhere, refused);
    memory.keep(SERVER, STRAIGHT, third, equal);
    memory.forget(refused);
    assertThat(memory.find(SERVER, STRAIGHT, HERE)).isEmpty();
    assertThat(memory.find(SERVER, STRAIGHT, elsewhere)).isEmpty();
    assertThat(memory.find(SERVER, STRAIGHT, third)).containsSame(equal);
  }

  @Test
  void ofTooManyTheLeastRecentlyUsedAreForgotten() throws IOException {
    Credentials kept = credentials("good");
    for (int i = 0; i < 1_000; i++) memory.keep(SERVER, STRAIGHT, directory(i), kept);
    assertThat(memory.find(SERVER, STRAIGHT, directory(0))).isPresent(); // used just now
    memory.keep(SERVER, STRAIGHT, directory(1_000), kept);
    assertThat(memory.find(SERVER, STRAIGHT, directory(0))).isPresent();
    assertThat(memory.find(SERVER, STRAIGHT, directory(1))).isEmpty();
    assertThat(memory.find(SERVER, STRAIGHT, directory(2))).isPresent();
    assertThat(memory.find(SERVER, STRAIGHT, directory(1_000))).isPresent();
  }

  private static URI directory(int number) {
    return URI.create("http://a.example/" + number + "/x");
  }

  @Test
  void noClientNonceComesTwice() {
    Set<String> nonces = new HashSet<>();
    for (int i = 0; i < 1_000; i++) assertThat(memory.clientNonce()).matches("[0-9a-f]{32}");
    for (int i = 0; i < 1_000; i++) assertThat(nonces.add(memory.clientNonce())).isTrue();
  }
}
