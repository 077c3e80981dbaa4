package dev.redial.tests.contract;

import static dev.redial.tests.kit.Requests.get;
import static dev.redial.tests.kit.Requests.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.ScriptedServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Digest (RFC 7616), which the JDK's client lacks, checked by a server that works it out itself.
 */
@Tag("contract-53")
class DigestContractTest {
  private static final String OK = Answers.ok("ok");

  @RegisterExtension final ContractRig rig = new ContractRig();

  private static String challenge(String nonce, String more) {
    return "WWW-Authenticate: Digest realm=\"r\", qop=\"auth\", opaque=\"o\", nonce=\""
        + nonce
        + "\""
        + more;
  }

  private static String wants(String... lines) {
    return Answers.status("401 Unauthorized", "no entry", lines);
  }

  private static String parameter(String field, String name) {
    Matcher found = Pattern.compile("[ ,]" + name + "=\"?([^\",]*)").matcher(field);
    return found.find() ? found.group(1) : "";
  }

  private static String hash(String function, String text) {
    try {
      byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
      return HexFormat.of().formatHex(MessageDigest.getInstance(function).digest(octets));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Whether a request proves the knowledge of the password "good". */
  static boolean proves(
      String field, String method, String target, String nonce, String function, boolean session) {
    String client = parameter(field, "cnonce");
    String key = hash(function, "user:r:good");
    if (session) key = hash(function, key + ":" + nonce + ":" + client);
    String expected =
        hash(
            function,
            key
                + ":"
                + nonce
                + ":"
                + parameter(field, "nc")
                + ":"
                + client
                + ":auth:"
                + hash(function, method + ":" + target));
    return field.startsWith("Digest ")
        && client.length() >= 16
        && parameter(field, "uri").equals(target)
        && parameter(field, "nonce").equals(nonce)
        && parameter(field, "response").equals(expected);
  }

  private static boolean proves(
      RequestSeen request, String nonce, String function, boolean session) {
    String field = request.field("Authorization").orElse("");
    return proves(field, request.method(), request.target(), nonce, function, session);
  }

  private static List<String> counts(ScriptedServer server) {
    return server.requests().stream()
        .map(request -> parameter(request.field("Authorization").orElse(""), "nc"))
        .toList();
  }

  private HttpClient client(Knowing knowing) {
    return rig.client(Side.REDIAL, builder -> builder.authenticator(knowing));
  }

  private static int status(HttpClient client, ScriptedServer server, String path)
      throws Exception {
    return client.send(get(server.uri(path)), BodyHandlers.ofString()).statusCode();
  }

  @ParameterizedTest
  @CsvSource({
    "MD5, MD5, false",
    "MD5-sess, MD5, true",
    "SHA-256, SHA-256, false",
    "SHA-256-sess, SHA-256, true",
    "SHA-512-256, SHA-512/256, false",
    "SHA-512-256-sess, SHA-512/256, true",
  })
  void everyAlgorithmIsAccepted(String name, String function, boolean session) throws Exception {
    String refusal = wants(challenge("n1", ", algorithm=" + name));
    ScriptedServer server =
        rig.server(c -> {
          while (true) c.send(proves(c.readRequest(), "n1", function, session) ? OK : refusal);
        });
    Knowing knowing = new Knowing("good");
    HttpClient client = client(knowing);
    assertThat(status(client, server, "/d/x?q=1")).isEqualTo(200);
    assertThat(status(client, server, "/d/y")).isEqualTo(200);
    assertThat(client.send(post(server.uri("/d/z"), "b"), BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
    assertThat(counts(server)).containsExactly("", "00000001", "00000002", "00000003");
    assertThat(knowing.questions).containsExactly("SERVER digest r 127.0.0.1:" + server.port());
  }

  @Test
  void aStaleNonceCostsNoQuestion() throws Exception {
    String first = wants(challenge("n1", ""));
    String second = wants(challenge("n2", ", stale=true"));
    ScriptedServer server =
        rig.server(c -> {
          c.readRequest();
          c.send(first);
          c.send(proves(c.readRequest(), "n1", "MD5", false) ? OK : first);
          c.readRequest();
          c.send(second);
          c.send(proves(c.readRequest(), "n2", "MD5", false) ? OK : first);
          c.send(proves(c.readRequest(), "n2", "MD5", false) ? OK : first);
        });
    Knowing knowing = new Knowing("good");
    HttpClient client = client(knowing);
    for (int i = 0; i < 3; i++) assertThat(status(client, server, "/x")).isEqualTo(200);
    assertThat(counts(server)).containsExactly("", "00000001", "00000002", "00000001", "00000002");
    assertThat(knowing.asked()).isEqualTo(1);
  }

  @Test
  void aNonceThatIsAlwaysStaleEnds() {
    ScriptedServer server =
        rig.server(ScriptedServer.always(wants(challenge("n", ", stale=true"))));
    assertThatThrownBy(() -> status(client(new Knowing("hush")), server, "/x"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("too many authentication attempts")
        .hasMessageNotContaining("hush");
    assertThat(server.requests()).hasSize(5);
  }

  @Test
  void thePasswordIsNotSentWhereItsHashWillDo() throws Exception {
    String refusal =
        wants(
            "WWW-Authenticate: Basic realm=\"r\"",
            challenge("n1", ", algorithm=MD5"),
            challenge("n2", ", algorithm=SHA-256"));
    ScriptedServer server =
        rig.server(c -> {
          while (true) c.send(proves(c.readRequest(), "n2", "SHA-256", false) ? OK : refusal);
        });
    assertThat(status(client(new Knowing("good")), server, "/x")).isEqualTo(200);
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void whatCannotBeAnsweredLeavesBasic() throws Exception {
    String refusal =
        wants(
            "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"",
            "WWW-Authenticate: Digest realm=\"r\"",
            "WWW-Authenticate: Basic realm=\"r\"");
    ScriptedServer server =
        rig.server(
            AuthenticationContractTest.guarded(AuthenticationContractTest.basic("good"), refusal));
    assertThat(status(client(new Knowing("good")), server, "/x")).isEqualTo(200);
  }
}
