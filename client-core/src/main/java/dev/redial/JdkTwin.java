package dev.redial;

import dev.redial.internal.call.Settings;
import java.net.http.HttpClient;

/** The JDK's client with the settings of one of ours: it serves WebSockets, and nothing else. */
final class JdkTwin {
  private JdkTwin() {}

  static HttpClient of(Settings settings) {
    HttpClient.Builder twin =
        HttpClient.newBuilder()
            .followRedirects(settings.redirects())
            .sslContext(settings.sslContext())
            .sslParameters(Parameters.copy(settings.sslParameters()))
            .localAddress(settings.localAddress());
    if (settings.connectTimeout() != null) twin.connectTimeout(settings.connectTimeout());
    if (settings.executor() != null) twin.executor(settings.executor());
    if (settings.cookies() != null) twin.cookieHandler(settings.cookies());
    if (settings.proxies() != null) twin.proxy(settings.proxies());
    if (settings.authenticator() != null) twin.authenticator(settings.authenticator());
    return twin.build();
  }
}
