package dev.redial.tests.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redial.tests.kit.Answers;
import dev.redial.tests.kit.Gate;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.ScriptedServer;
import dev.redial.tests.kit.ServedConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.zip.GZIPOutputStream;

/**
 * The service that every framework is pointed at: a pet, a place for new ones, an error, a stream
 * of events.
 */
final class PetShop implements ScriptedServer.Script {
  /** What {@code GET /pets/7} answers. */
  static final String ADA = "{\"id\":7,\"name\":\"Ada\"}";

  /** A pet without an id; {@code POST /pets} answers 201 and repeats what it got. */
  static final String NEW_PET = "{\"name\":\"Bob\"}";

  /** The body of the 404 that everything unknown is answered with. */
  static final String NO_SUCH_PET = "{\"error\":\"no such pet\"}";

  private static final String JSON = "Content-Type: application/json";

  private final Gate firstEventWasSeen = new Gate();

  @Override
  public void run(ServedConnection connection) throws IOException, InterruptedException {
    while (true) {
      RequestSeen request = connection.readRequest();
      switch (request.toString()) {
        case "GET /pets/7" -> connection.send(Answers.ok(ADA, JSON));
        case "GET /gzip" -> connection.send(zipped(ADA));
        case "POST /pets" -> connection.send(Answers.status("201 Created", request.text(), JSON));
        case "GET /events" -> sendEvents(connection);
        default -> connection.send(Answers.status("404 Not Found", NO_SUCH_PET, JSON));
      }
    }
  }

  /** Lets the second event of {@code GET /events} go out: nobody may wait for it before. */
  void firstEventWasSeen() {
    firstEventWasSeen.open();
  }

  /** A GET without a time-out. */
  static HttpRequest get(URI uri) {
    return HttpRequest.newBuilder(uri).build();
  }

  /** A POST of {@link #NEW_PET}, without a time-out. */
  static HttpRequest newPet(URI uri) {
    return HttpRequest.newBuilder(uri)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(NEW_PET))
        .build();
  }

  /** Asserts that Redial carried all requests there were, so many, on one connection. */
  static void assertCarriedByRedial(ScriptedServer server, int requests) {
    assertCarriedByRedial(server, requests, 1);
  }

  /** Asserts that Redial carried all requests there were, so many, on so many connections. */
  static void assertCarriedByRedial(ScriptedServer server, int requests, int connections) {
    assertThat(server.requests())
        .hasSize(requests)
        .allSatisfy(request -> assertThat(request.all("User-Agent")).containsExactly("Redial"));
    assertThat(server.connections()).isEqualTo(connections);
  }

  /** Asserts that the last request brought {@link #NEW_PET} as JSON. */
  static void assertNewPetArrived(ScriptedServer server) {
    RequestSeen request = server.requests().getLast();
    assertThat(request).hasToString("POST /pets");
    assertThat(request.text()).isEqualTo(NEW_PET);
    assertThat(request.field("Content-Type").orElseThrow()).startsWith("application/json");
  }

  private void sendEvents(ServedConnection connection) throws IOException, InterruptedException {
    connection.send(
        Answers.head("200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked")
            + "\r\n"
            + chunk("data: one\n\n"));
    firstEventWasSeen.pass();
    connection.send(chunk("data: two\n\n") + chunk(""));
  }

  private static String chunk(String content) {
    return Integer.toHexString(content.length()) + "\r\n" + content + "\r\n";
  }

  private static byte[] zipped(String body) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(content)) {
      zip.write(Answers.octets(body));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    answer.writeBytes(
        Answers.octets(
            Answers.head(
                    "200 OK", JSON, "Content-Encoding: gzip", "Content-Length: " + content.size())
                + "\r\n"));
    answer.writeBytes(content.toByteArray());
    return answer.toByteArray();
  }
}
