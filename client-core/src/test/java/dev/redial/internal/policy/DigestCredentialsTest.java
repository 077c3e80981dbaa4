package dev.redial.internal.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.PasswordAuthentication;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of RFC 7616, and what they leave out. */
class DigestCredentialsTest {
  private static final String REALM = "realm=\"http-auth@example.org\"";
  private static final String NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
  private static final String CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
  private static final String OPAQUE = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS";
  private static final PasswordAuthentication MUFASA = of("Mufasa", "Circle of Life");

  private static PasswordAuthentication of(String name, String password) {
    return new PasswordAuthentication(name, password.toCharArray());
  }

  private static Challenge challenge(String parameters) {
    return Challenge.parse(List.of("Digest " + parameters)).getFirst();
  }

  private static DigestCredentials credentials(
      String parameters, PasswordAuthentication answer, String clientNonce) {
    Challenge challenge = challenge(parameters);
    return DigestCredentials.of(
        challenge, DigestCredentials.supported(challenge).orElseThrow(), answer, () -> clientNonce);
  }

  private static String usual(String more) {
    return REALM + ", nonce=\"" + NONCE + "\"" + more;
  }

  /** RFC 7616, section 3.9.1; those with a session key worked out by another program. */
  @ParameterizedTest
  @CsvSource({
    "MD5, 8ca523f5e9506fed4657c9700eebdbec",
    "SHA-256, 753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
    "MD5-sess, e783283f46242139c486a698fec7211d",
    "SHA-256-sess, 2fd51b3a77ad75bad6afad6003e818d767133c46d9e2749e7f5232ae1ea3efd7",
  })
  void theExampleOfTheStandardComesOut(String algorithm, String response) {
    DigestCredentials credentials =
        credentials(
            usual(
                ", qop=\"auth, auth-int\", algorithm=" + algorithm + ", opaque=\"" + OPAQUE + "\""),
            MUFASA,
            CNONCE);
    assertThat(credentials.fieldValue("GET", "/dir/index.html"))
        .isEqualTo(
            "Digest username=\"Mufasa\", "
                + REALM
                + ", uri=\"/dir/index.html\", algorithm="
                + algorithm
                + ", nonce=\""
                + NONCE
                + "\", nc=00000001, cnonce=\""
                + CNONCE
                + "\", qop=auth, response=\""
                + response
                + "\", opaque=\""
                + OPAQUE
                + "\"");
  }

  /** RFC 7616, section 3.9.2, with the response of its erratum 4897, and without userhash. */
  @Test
  void theExampleWithUnicodeComesOut() {
    DigestCredentials credentials =
        credentials(
            "realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-512-256,"
                + " nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\","
                + " opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\","
                + " charset=UTF-8, userhash=true",
            of("J\u00e4s\u00f8n Doe", "Secret, or not?"),
            "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v");
    assertThat(credentials.fieldValue("GET", "/doe.json"))
        .startsWith("Digest username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, ")
        .contains("response=\"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5\"")
        .doesNotContain("userhash");
  }

  @ParameterizedTest
  @CsvSource({"\u0416\u0430\u043d\u043d\u0430, latin", "latin, \u0416\u0430\u043d\u043d\u0430"})
  void whatLatinCannotCarryIsHashedAsUtf8Unasked(String name, String password) {
    DigestCredentials unasked = credentials(usual(", qop=auth"), of(name, password), CNONCE);
    DigestCredentials asked =
        credentials(usual(", qop=auth, charset=UTF-8"), of(name, password), CNONCE);
    String value = unasked.fieldValue("GET", "/");
    assertThat(value).isEqualTo(asked.fieldValue("GET", "/"));
    Challenge stale = challenge(usual(", qop=auth, stale=true"));
    assertThat(unasked.renewed(stale, () -> CNONCE).orElseThrow().fieldValue("GET", "/"))
        .isEqualTo(value);
  }

  @Test
  void aServerOfTheOldStandardGetsNoCount() {
    assertThat(credentials(usual(""), MUFASA, CNONCE).fieldValue("GET", "/dir/index.html"))
        .contains("response=\"7b2cc3b30e75b4777ea31027084363fd\"")
        .doesNotContain("nc=")
        .doesNotContain("cnonce=")
        .doesNotContain("qop=")
        .doesNotContain("algorithm=");
  }

  @Test
  void usesAreCountedInHexadecimal() {
    DigestCredentials credentials = credentials(usual(", qop=auth"), MUFASA, CNONCE);
    Set<String> values = new HashSet<>();
    for (int i = 1; i < 16; i++) values.add(credentials.fieldValue("GET", "/"));
    assertThat(values).hasSize(15);
    assertThat(credentials.fieldValue("POST", "/x?y"))
        .contains("nc=00000010")
        .contains("response=\"485827c03b02398236d8f880cd800bc7\"");
  }

  @Test
  void noCountIsUsedTwiceByManyThreads() {
    DigestCredentials credentials = credentials(usual(", qop=auth"), MUFASA, CNONCE);
    Set<String> values = ConcurrentHashMap.newKeySet();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 200; i++)
        threads.execute(() -> values.add(credentials.fieldValue("GET", "/")));
    }
    assertThat(values).hasSize(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonce=\"n\"",
        "realm=\"r\"",
        "realm=\"r\", nonce=\"n\", qop=\"auth-int\"",
        "realm=\"r\", nonce=\"n\", qop=\"\"",
        "realm=\"r\", nonce=\"n\", algorithm=SHA-1",
        "realm=\"r\", nonce=\"n\", algorithm=\"\"",
        "realm=\"r\", nonce=\"n\", algorithm=-sess",
      })
  void whatCannotBeAnsweredIsNotSupported(String parameters) {
    assertThat(DigestCredentials.supported(challenge(parameters))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"md5", "MD5", "Md5-Sess", "sha-256", "SHA-256-SESS", "SHA-512-256"})
  void algorithmsHaveNoCase(String name) {
    assertThat(DigestCredentials.supported(challenge("realm=r, nonce=n, algorithm=" + name)))
        .isPresent();
  }

  @Test
  void quotesAndBackslashesAreEscapedAndNothingEndsTheField() {
    DigestCredentials credentials =
        credentials(
            "realm=\"a\\\"b\\\\c\", nonce=\"n\\\"\", qop=auth, opaque=\"o\\\\\"",
            of("u\"\\", "p"),
            "c");
    assertThat(credentials.fieldValue("GET", "/"))
        .contains("username=\"u\\\"\\\\\"")
        .contains("realm=\"a\\\"b\\\\c\"")
        .contains("nonce=\"n\\\"\"")
        .contains("opaque=\"o\\\\\"");
    assertThat(credentials("realm=r, nonce=n", of("a\r\nb", "p"), "c").fieldValue("GET", "/"))
        .contains("username*=UTF-8''a%0D%0Ab,")
        .doesNotContain("\r");
  }

  @Test
  void latinNamesGoAsOctetsAndOthersEscaped() {
    assertThat(credentials("realm=r, nonce=n", of("J\u00e4s", "p"), "c").fieldValue("GET", "/"))
        .contains("username=\"J\u00e4s\"");
    assertThat(credentials("realm=r, nonce=n", of("\u4e2d", "p"), "c").fieldValue("GET", "/"))
        .contains("username*=UTF-8''%E4%B8%AD,");
  }

  /** The server's charset, a name, and how it goes out. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "; a b; username=\"a b\"",
        "; ~; username=\"~\"",
        "; a\u0001b; username*=UTF-8''a%01b",
        "; a\u001fb; username*=UTF-8''a%1Fb",
        "; a\u007f; username*=UTF-8''a%7F",
        "; a\u0080; username=\"a\u0080\"",
        "; \u00ff; username=\"\u00ff\"",
        "; \u0100; username*=UTF-8''%C4%80",
        ", charset=UTF-8; ~; username=\"~\"",
        ", charset=UTF-8; \u007f; username*=UTF-8''%7F",
        ", charset=UTF-8; \u0080; username*=UTF-8''%C2%80",
        "; \u0100!#$&+-.^_`|~; username*=UTF-8''%C4%80!#$&+-.^_`|~", // all of RFC 8187 but letters
        "; \u0100azAZ09; username*=UTF-8''%C4%80azAZ09",
        "; \u0100 \"%'()*,/:<=>?@[\\]{}; username*=UTF-8''%C4%80"
            + "%20%22%25%27%28%29%2A%2C%2F%3A%3C%3D%3E%3F%40%5B%5C%5D%7B%7D",
      })
  void aNameGoesOutAsTheFieldCanCarryIt(@Nullable String charset, String name, String expected) {
    String parameters = "realm=r, nonce=n" + (charset == null ? "" : charset);
    assertThat(credentials(parameters, of(name, "p"), "c").fieldValue("GET", "/"))
        .startsWith("Digest " + expected + ", realm=");
  }

  @Test
  void aStaleNonceIsReplacedWithoutThePassword() {
    DigestCredentials old = credentials(usual(", qop=auth, algorithm=SHA-256"), MUFASA, CNONCE);
    String unused = old.fieldValue("GET", "/");
    Supplier<String> nonces = () -> "another";
    String fresh = REALM + ", nonce=\"fresh\", qop=auth, algorithm=SHA-256";
    Optional<DigestCredentials> renewed = old.renewed(challenge(fresh + ", stale=TRUE"), nonces);
    assertThat(renewed).isPresent();
    assertThat(renewed.orElseThrow().fieldValue("GET", "/x"))
        .isEqualTo(credentials(fresh, MUFASA, "another").fieldValue("GET", "/x"))
        .contains("nc=00000001")
        .contains("cnonce=\"another\"");
    assertThat(old.renewed(challenge(fresh), nonces)).isEmpty();
    assertThat(old.renewed(challenge(fresh + ", stale=false"), nonces)).isEmpty();
    assertThat(
            old.renewed(
                challenge("realm=other, nonce=n, qop=auth, algorithm=SHA-256, stale=true"), nonces))
        .isEmpty();
    assertThat(old.renewed(challenge(REALM + ", nonce=n, qop=auth, stale=true"), nonces)).isEmpty();
    assertThat(old.renewed(challenge(fresh + ", charset=UTF-8, stale=true"), nonces)).isEmpty();
  }

  @Test
  void theTextTellsNoSecret() {
    assertThat(credentials(usual(""), MUFASA, CNONCE)).hasToString("Digest");
    assertThat(BasicCredentials.of(challenge(""), MUFASA)).hasToString("Basic");
  }
}
