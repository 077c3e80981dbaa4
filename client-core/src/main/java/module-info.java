/** A {@link java.net.http.HttpClient} that does not lose requests to closed connections. */
module dev.redial {
  requires transitive java.net.http;
  requires jdk.jfr;
  requires jdk.net;
  requires static org.jspecify;

  exports dev.redial;
}
