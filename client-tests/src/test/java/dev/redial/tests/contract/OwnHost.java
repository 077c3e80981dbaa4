package dev.redial.tests.contract;

import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** A program that sends a Host of its own, to a server and to the same one as a proxy. */
final class OwnHost {
  private OwnHost() {}

  public static void main(String[] args) throws Exception {
    Side side = Side.valueOf(args[0]);
    ProxySelector proxy =
        ProxySelector.of(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[2])));
    try (HttpClient direct = side.builder().proxy(ProxySelector.of(null)).build();
        HttpClient proxied = side.builder().proxy(proxy).build()) {
      int first = status(direct, URI.create(args[1]));
      int second = status(proxied, URI.create("http://far.invalid/proxied"));
      System.out.println(first + " " + second);
    }
  }

  private static int status(HttpClient client, URI uri) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri).header("Host", "own.invalid").build();
    return client.send(request, BodyHandlers.discarding()).statusCode();
  }
}
