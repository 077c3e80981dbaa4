package dev.redial.tests.servers;

import java.io.IOException;
import java.util.Map;

/** A server that runs until it is stopped. */
interface RunningServer {
  /** Stops it; its connections end. */
  void stop() throws Exception;

  /**
   * How often it executed each request, by its id.
   *
   * @param site what it serves
   */
  default Map<String, Integer> executions(Site site) throws IOException {
    return site.executions();
  }
}
