package dev.redial.internal.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.internal.policy.AuthRule.Asker;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthRuleTest {
  private static final URI TARGET = URI.create("http://a.example:81/x?y");
  private static final InetSocketAddress PROXY =
      InetSocketAddress.createUnresolved("p.example", 3128);
  private static final String DIGEST = "Digest realm=\"d\", nonce=\"n\", qop=\"auth\", algorithm=";

  /** Knows one answer, and remembers how it was asked. */
  private static final class Asked extends Authenticator {
    private final @Nullable PasswordAuthentication answer;
    private final List<String> questions = new ArrayList<>();

    Asked(@Nullable PasswordAuthentication answer) {
      this.answer = answer;
    }

    @Override
    protected @Nullable PasswordAuthentication getPasswordAuthentication() {
      questions.add(
          getRequestorType()
              + " "
              + getRequestingScheme()
              + " <"
              + getRequestingPrompt()
              + "> "
              + getRequestingProtocol()
              + " "
              + getRequestingHost()
              + (getRequestingSite() == null ? "" : "/" + getRequestingSite().getHostAddress())
              + " "
              + getRequestingPort()
              + " "
              + getRequestingURL());
      return answer;
    }
  }

  private static Asked knowing(String name, String password) {
    return new Asked(new PasswordAuthentication(name, password.toCharArray()));
  }

  private static List<Challenge> challenges(String... lines) {
    return Challenge.parse(List.of(lines));
  }

  @ParameterizedTest
  @CsvSource({
    "SERVER, WWW-Authenticate, Authorization",
    "PROXY, Proxy-Authenticate, Proxy-Authorization"
  })
  void whoAsksInOneFieldIsAnsweredInAnother(
      Asker asker, String challengeField, String credentialsField) throws IOException {
    HttpHeaders headers =
        HttpHeaders.of(
            Map.of(
                "WWW-Authenticate", List.of("Basic realm=SERVER", "Bearer"),
                "Proxy-Authenticate", List.of("Basic realm=PROXY", "Bearer")),
            (name, value) -> true);
    assertThat(asker.challengeField()).isEqualTo(challengeField);
    assertThat(asker.credentialsField()).isEqualTo(credentialsField);
    assertThat(AuthRule.challenges(asker, headers))
        .containsExactly(
            new Challenge("basic", Map.of("realm", asker.name())),
            new Challenge("bearer", Map.of()));
  }

  @ParameterizedTest
  @CsvSource({"401, SERVER", "407, PROXY", "400,", "403,", "200,", "511,"})
  void twoStatusesAskForCredentials(int status, @Nullable Asker asker) {
    assertThat(Asker.of(status).orElse(null)).isEqualTo(asker);
  }

  @Test
  void anAnswerWithoutAnyChallengeIsAFailure() {
    HttpHeaders none = HttpHeaders.of(Map.of(), (name, value) -> true);
    assertThatThrownBy(() -> AuthRule.challenges(Asker.SERVER, none))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("WWW-Authenticate");
    assertThatThrownBy(() -> AuthRule.challenges(Asker.PROXY, none))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Proxy-Authenticate");
  }

  /** The challenges, separated by a bar, and which of them is answered. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "Basic realm=a; 0",
        "Basic realm=a|Basic realm=b; 0",
        "Negotiate|NTLM|Basic realm=a; 2",
        "Basic realm=a|@MD5; 1",
        "@MD5|@SHA-256; 1",
        "@SHA-256|@MD5; 0",
        "@SHA-256-sess|@SHA-512-256; 0",
        "@SHA-1|Basic realm=a; 1",
        "Digest realm=a|Basic realm=a; 1",
        "@SHA-1; -1",
        "Bearer realm=a; -1",
      })
  void theStrongestKnownChallengeIsAnswered(String lines, int chosen) {
    List<Challenge> challenges = challenges(lines.replace("@", DIGEST).split("\\|", -1));
    assertThat(AuthRule.strongest(challenges, Set.of()).map(challenges::indexOf).orElse(-1))
        .isEqualTo(chosen);
  }

  @Test
  void aDisabledSchemeIsPassedOver() {
    List<Challenge> both = challenges(DIGEST + "MD5", "Basic realm=a");
    assertThat(AuthRule.strongest(both, Set.of("digest"))).contains(both.get(1));
    assertThat(AuthRule.strongest(both, Set.of("basic"))).contains(both.get(0));
    assertThat(AuthRule.strongest(both, Set.of("basic", "digest"))).isEmpty();
  }

  @Test
  void theAuthenticatorHearsWhoAsks() throws IOException {
    Asked asked = knowing("u", "p");
    Challenge basic = challenges("Basic realm=\"r\"").getFirst();
    Credentials server = AuthRule.credentials(asked, Asker.SERVER, basic, TARGET, null, () -> "c");
    Credentials proxy = AuthRule.credentials(asked, Asker.PROXY, basic, TARGET, PROXY, () -> "c");
    Challenge digest = challenges(DIGEST + "MD5").getFirst();
    Credentials hashed = AuthRule.credentials(asked, Asker.SERVER, digest, TARGET, null, () -> "c");
    assertThat(asked.questions)
        .containsExactly(
            "SERVER basic <r> http a.example 81 " + TARGET,
            "PROXY basic <r> http p.example 3128 " + TARGET,
            "SERVER digest <d> http a.example 81 " + TARGET);
    assertThat(server.fieldValue("GET", "/")).isEqualTo("Basic dTpw");
    assertThat(proxy.fieldValue("CONNECT", "x:1")).isEqualTo("Basic dTpw");
    assertThat(hashed.fieldValue("GET", "/")).startsWith("Digest username=\"u\", realm=\"d\"");
  }

  @Test
  void theAddressOfAProxyIsToldWhereItIsKnown() throws IOException {
    Asked asked = knowing("u", "p");
    Challenge basic = challenges("Basic realm=\"r\"").getFirst();
    InetAddress address = InetAddress.getByAddress("p.example", new byte[] {(byte) 192, 0, 2, 7});
    InetSocketAddress proxy = new InetSocketAddress(address, 3128);
    URI secure = URI.create("https://a.example/"); // the way to the proxy is not
    AuthRule.credentials(asked, Asker.PROXY, basic, secure, proxy, () -> "c");
    AuthRule.credentials(asked, Asker.SERVER, basic, secure, null, () -> "c");
    assertThat(asked.questions)
        .containsExactly(
            "PROXY basic <r> http p.example/192.0.2.7 3128 " + secure,
            "SERVER basic <r> https a.example -1 " + secure);
  }

  @Test
  void whoDoesNotKnowEndsTheCall() {
    Challenge basic = challenges("Basic realm=\"r\"").getFirst();
    assertThatThrownBy(() ->
            AuthRule.credentials(new Asked(null), Asker.SERVER, basic, TARGET, null, () -> "c"))
        .isInstanceOf(IOException.class)
        .hasMessage("No credentials provided");
  }

  @Test
  void whoFailsEndsTheCallWithTheReason() {
    RuntimeException own = new IllegalStateException("the vault is shut");
    Authenticator failing =
        new Authenticator() {
          @Override
          protected PasswordAuthentication getPasswordAuthentication() {
            throw own;
          }
        };
    Challenge challenge = Challenge.parse(List.of("Basic realm=\"r\"")).getFirst();
    assertThatThrownBy(
            () -> AuthRule.credentials(failing, Asker.SERVER, challenge, TARGET, null, () -> "c"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the vault is shut")
        .hasCause(own);
  }

  @Test
  void whatLatinCannotCarryGoesAsUtf8Unasked() throws IOException {
    Challenge challenge = Challenge.parse(List.of("Basic realm=\"r\"")).getFirst();
    PasswordAuthentication answer =
        new PasswordAuthentication("\u0416\u0430\u043d\u043d\u0430", "p".toCharArray());
    Credentials credentials =
        AuthRule.credentials(new Asked(answer), Asker.SERVER, challenge, TARGET, null, () -> "c");
    assertThat(
            new String(
                Base64.getDecoder()
                    .decode(credentials.fieldValue("GET", "/").substring("Basic ".length())),
                StandardCharsets.UTF_8))
        .isEqualTo("\u0416\u0430\u043d\u043d\u0430:p");
  }

  @Test
  void theServerMayAskForUtf8() throws IOException {
    Asked asked = knowing("\u00fc", "\u00e4");
    String latin = basic(asked, "Basic realm=\"r\"");
    String unicode = basic(asked, "Basic realm=\"r\", charset=\"utf-8\"");
    assertThat(Base64.getDecoder().decode(latin))
        .isEqualTo("\u00fc:\u00e4".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(Base64.getDecoder().decode(unicode))
        .isEqualTo("\u00fc:\u00e4".getBytes(StandardCharsets.UTF_8));
  }

  private static String basic(Authenticator asked, String line) throws IOException {
    Challenge challenge = challenges(line).getFirst();
    String value =
        AuthRule.credentials(asked, Asker.SERVER, challenge, TARGET, null, () -> "c")
            .fieldValue("GET", "/");
    return value.substring("Basic ".length());
  }

  @Test
  void onlyDigestIsRenewed() throws IOException {
    Asked asked = knowing("u", "p");
    Challenge basic = challenges("Basic realm=\"r\", stale=true").getFirst();
    Challenge digest = challenges(DIGEST + "MD5, stale=true").getFirst();
    Credentials known = AuthRule.credentials(asked, Asker.SERVER, digest, TARGET, null, () -> "c");
    Credentials plain = AuthRule.credentials(asked, Asker.SERVER, basic, TARGET, null, () -> "c");
    assertThat(AuthRule.renewed(known, digest, () -> "d")).isPresent();
    assertThat(AuthRule.renewed(known, basic, () -> "d")).isEmpty();
    assertThat(AuthRule.renewed(plain, basic, () -> "d")).isEmpty();
    assertThat(AuthRule.renewed(plain, digest, () -> "d")).isEmpty();
  }

  @Test
  void theCallersOwnValuesPassUnlessTheirSchemeIsDisabled() {
    List<String> values = List.of("Basic dTpw", "basic", "Bearer basic", "BASICS x", " Basic x");
    assertThat(AuthRule.allowed(values, Set.of("basic")))
        .containsExactly("Bearer basic", "BASICS x");
    assertThat(AuthRule.allowed(values, Set.of())).isEqualTo(values);
  }
}
