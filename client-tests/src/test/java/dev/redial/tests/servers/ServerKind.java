package dev.redial.tests.servers;

import dev.redial.tests.kit.ApacheHttpd;
import dev.redial.tests.kit.HaProxy;
import dev.redial.tests.kit.Nginx;
import dev.redial.tests.kit.NodeServer;
import java.nio.file.Path;
import java.time.Duration;

/** The servers of the matrix, and how each is started. */
enum ServerKind {
  NGINX {
    @Override
    void assumeInstalled() {
      Nginx.assumeInstalled();
    }

    @Override
    RunningServer start(Place place) throws Exception {
      return ProcessServer.nginx(place.port, place.behind, place.folder, place.idle);
    }

    @Override
    boolean passesOn() {
      return true;
    }
  },
  APACHE {
    @Override
    void assumeInstalled() {
      ApacheHttpd.assumeInstalled();
    }

    @Override
    RunningServer start(Place place) throws Exception {
      return ProcessServer.apache(place.port, place.behind, place.folder, place.idle);
    }

    @Override
    boolean passesOn() {
      return true;
    }
  },
  HAPROXY {
    @Override
    void assumeInstalled() {
      HaProxy.assumeInstalled();
    }

    @Override
    RunningServer start(Place place) throws Exception {
      return ProcessServer.haProxy(place.port, place.behind, place.folder, place.idle);
    }

    @Override
    boolean passesOn() {
      return true;
    }
  },
  NODE {
    @Override
    void assumeInstalled() {
      NodeServer.assumeInstalled();
    }

    @Override
    RunningServer start(Place place) throws Exception {
      return ProcessServer.node(place.port, place.folder, place.idle);
    }
  },
  TOMCAT {
    @Override
    RunningServer start(Place place) throws Exception {
      return new TomcatServer(place.site, place.port, place.folder, place.idle);
    }
  },
  JETTY {
    @Override
    RunningServer start(Place place) throws Exception {
      return new JettyServer(place.site, place.port, place.idle);
    }
  },
  UNDERTOW {
    @Override
    RunningServer start(Place place) throws Exception {
      return new UndertowServer(place.site, place.port, place.idle);
    }
  },
  NETTY {
    @Override
    RunningServer start(Place place) throws Exception {
      return new NettyServer(place.site, place.port, place.idle);
    }
  },
  /** Its idle limit is one of the whole process, and half a minute. */
  JDK {
    @Override
    RunningServer start(Place place) throws Exception {
      return new JdkServer(place.site, place.port);
    }

    @Override
    boolean limitsIdleTime() {
      return false;
    }

    @Override
    boolean canAnswerEarly() {
      return Runtime.version().feature() >= 25; // before, it resets between head and body
    }
  },
  WIREMOCK {
    @Override
    RunningServer start(Place place) throws Exception {
      return new WireMockServing(place.port, place.idle);
    }
  };

  /**
   * Where a server runs.
   *
   * @param site what it serves
   * @param port its own
   * @param behind where another server serves the same, for those that are proxies
   * @param folder for its files
   * @param idle how long it keeps a connection that nobody uses
   */
  record Place(Site site, int port, int behind, Path folder, Duration idle) {}

  /** Skips the test where the server would have to be installed, and is not. */
  void assumeInstalled() {}

  abstract RunningServer start(Place place) throws Exception;

  /** Whether it serves what another server serves. */
  boolean passesOn() {
    return false;
  }

  boolean limitsIdleTime() {
    return true;
  }

  /** Whether an answer that comes before the end of its request reaches who goes on sending. */
  boolean canAnswerEarly() {
    return true;
  }
}
