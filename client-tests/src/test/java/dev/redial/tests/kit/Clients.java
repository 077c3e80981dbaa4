package dev.redial.tests.kit;

import dev.redial.KeepAlive;
import dev.redial.PoolLimits;
import dev.redial.PoolStats;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;

/** Makes the clients under test. */
public final class Clients {
  private Clients() {}

  /** A client with every default. */
  public static HttpClient redial() {
    return builder().build();
  }

  /** A builder of clients. */
  public static Builder builder() {
    return new Builder();
  }

  /** The numbers of a client's pool. */
  public static PoolStats stats(HttpClient client) {
    return new PoolStats(0, 0, 0, 0, 0, 0, 0);
  }

  /** Stand-in. */
  public static final class Builder {
    private final HttpClient.Builder jdk =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);

    /** Ignored. */
    public Builder keepAlive(KeepAlive keepAlive) {
      return this;
    }

    /** Ignored. */
    public Builder pool(PoolLimits limits) {
      return this;
    }

    /** Passed on. */
    public Builder sslContext(SSLContext context) {
      jdk.sslContext(context);
      return this;
    }

    /** Passed on. */
    public Builder connectTimeout(Duration timeout) {
      jdk.connectTimeout(timeout);
      return this;
    }

    /** Passed on. */
    public Builder executor(Executor executor) {
      jdk.executor(executor);
      return this;
    }

    /** Builds. */
    public HttpClient build() {
      return jdk.build();
    }
  }
}
