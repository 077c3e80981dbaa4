package dev.redial.tests.equality;

import dev.redial.tests.equality.Combination.Connection;
import dev.redial.tests.equality.Combination.Content;
import dev.redial.tests.equality.Combination.Credentials;
import dev.redial.tests.equality.Combination.Sending;
import dev.redial.tests.equality.Combination.Way;
import dev.redial.tests.kit.RequestSeen;
import dev.redial.tests.kit.TlsMaterial;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program that uses java.net.http and knows nothing of any client but the builder it is given.
 */
final class Program {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Combination row;
  private final String id;
  private final Results results;

  private Program(Combination row, String id, Results results) {
    this.row = row;
    this.id = id;
    this.results = results;
  }

  /** Runs it for one row; its requests carry the id. */
  static Results run(
      HttpClient.Builder builder, Combination row, Origins origins, ProxySelector proxy, String id)
      throws InterruptedException {
    Program program = new Program(row, id, new Results(origins::named));
    try (HttpClient client = program.client(builder, proxy)) {
      if (row.connection() == Connection.REUSED)
        program.send("warm", client, program.simple(origins.uri(row, Origins.WARM)));
      program.send("main", client, program.request(origins.uri(row, Origins.START)));
      program.send("after", client, program.simple(origins.uri(row, Origins.AFTER)));
    }
    return program.results;
  }

  private HttpClient client(HttpClient.Builder builder, ProxySelector proxy) {
    builder
        .followRedirects(row.policy())
        .proxy(proxy)
        .sslContext(TlsMaterial.forLoopback().client())
        .connectTimeout(PATIENCE);
    if (hasAuthenticator()) builder.authenticator(new Knowing());
    return builder.build();
  }

  private boolean hasAuthenticator() {
    return switch (row.credentials()) {
      case KNOWN, WRONG, OWN, OWN_REFUSED -> true;
      case NONE, UNKNOWN -> row.way() == Way.GUARDED_PROXY || row.way() == Way.GUARDED_TUNNEL;
    };
  }

  private final class Knowing extends Authenticator {
    @Override
    protected PasswordAuthentication getPasswordAuthentication() {
      boolean wrong =
          getRequestorType() == RequestorType.SERVER
              ? row.credentials() == Credentials.WRONG
              : row.way() == Way.CLOSED_PROXY;
      String password = wrong ? "bad" : Origins.PASSWORD;
      return new PasswordAuthentication("user", password.toCharArray());
    }
  }

  private HttpRequest simple(URI uri) {
    return HttpRequest.newBuilder(uri).timeout(PATIENCE).header(RequestSeen.ID_FIELD, id).build();
  }

  private HttpRequest request(URI uri) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(PATIENCE)
            .header(RequestSeen.ID_FIELD, id)
            .header("X-Many", "one")
            .header("X-Many", "two")
            .header("Accept", "text/plain");
    if (row.hasContent()) request.header("Content-Type", "text/x-program");
    if (row.content() == Content.EXPECTED) request.expectContinue(true);
    boolean own =
        row.credentials() == Credentials.OWN || row.credentials() == Credentials.OWN_REFUSED;
    if (own) request.header("Authorization", "Own way");
    return method(request).build();
  }

  private HttpRequest.Builder method(HttpRequest.Builder request) {
    if (row.content() != Content.NONE) return request.method(row.method().name(), content());
    return switch (row.method()) {
      case GET -> request.GET();
      case HEAD -> request.HEAD();
      case DELETE -> request.DELETE();
      default -> request.method(row.method().name(), BodyPublishers.noBody());
    };
  }

  private BodyPublisher content() {
    return switch (row.content()) {
      case NONE, EMPTY -> BodyPublishers.noBody();
      case TEXT -> BodyPublishers.ofString("caf\u00e9 & more");
      case LARGE -> BodyPublishers.ofString("large ".repeat(12_000));
      case EXPECTED -> BodyPublishers.ofString("expected ".repeat(300));
      case STREAM ->
          BodyPublishers.ofInputStream(() ->
              new ByteArrayInputStream("stream ".repeat(3_000).getBytes(StandardCharsets.UTF_8)));
    };
  }

  private void send(String name, HttpClient client, HttpRequest request)
      throws InterruptedException {
    switch (row.reading()) {
      case STRING -> send(name, client, request, BodyHandlers.ofString(), body -> body);
      case BYTES ->
          send(
              name,
              client,
              request,
              BodyHandlers.ofByteArray(),
              body -> new String(body, StandardCharsets.UTF_8));
      case STREAM -> send(name, client, request, BodyHandlers.ofInputStream(), Program::text);
      case LINES -> send(name, client, request, BodyHandlers.ofLines(), Program::text);
      case PUBLISHER -> send(name, client, request, BodyHandlers.ofPublisher(), Program::text);
      case DISCARDING ->
          send(name, client, request, BodyHandlers.discarding(), body -> "something");
    }
  }

  private interface BodyText<T> {
    String of(T body) throws IOException;
  }

  private <T> void send(
      String name, HttpClient client, HttpRequest request, BodyHandler<T> handler, BodyText<T> text)
      throws InterruptedException {
    HttpResponse<T> response;
    try {
      response =
          row.sending() == Sending.SEND
              ? client.send(request, handler)
              : client.sendAsync(request, handler).join();
    } catch (IOException | RuntimeException thrown) {
      results.thrown(name, thrown);
      return;
    }
    results.response(name, response);
    results.fact(name + ": is for the caller's request", response.request().equals(request));
    if (response.body() == null) {
      results.fact(name + ": body", "null");
      return;
    }
    try {
      results.fact(name + ": body", text.of(response.body()));
    } catch (IOException | RuntimeException thrown) {
      results.thrown(name + ": body", thrown);
    }
  }

  private static String text(InputStream body) throws IOException {
    try (body) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String text(Stream<String> lines) {
    try (lines) {
      return lines.collect(Collectors.joining("|"));
    }
  }

  private static String text(Flow.Publisher<List<ByteBuffer>> body) throws IOException {
    var subscriber = HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8);
    body.subscribe(subscriber);
    try {
      return subscriber.getBody().toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) throw cause;
      throw e;
    }
  }
}
