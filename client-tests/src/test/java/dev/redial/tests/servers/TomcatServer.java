package dev.redial.tests.servers;

import dev.redial.tests.kit.RequestSeen;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;

/** Tomcat. */
final class TomcatServer implements RunningServer {
  private final Tomcat tomcat = new Tomcat();

  TomcatServer(Site site, int port, Path folder, Duration idle) throws LifecycleException {
    tomcat.setBaseDir(folder.toString());
    tomcat.setHostname("127.0.0.1");
    tomcat.setPort(port);
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    tomcat.getConnector().setProperty("keepAliveTimeout", Long.toString(idle.toMillis()));
    Context context = tomcat.addContext("", folder.toString());
    Tomcat.addServlet(context, "site", new SiteServlet(site)).addMapping("/");
    tomcat.start();
  }

  @Override
  public void stop() throws LifecycleException {
    tomcat.stop();
    tomcat.destroy();
  }

  private static final class SiteServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient Site site;

    SiteServlet(Site site) {
      this.site = site;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      site.serve(
          request.getRequestURI(),
          request.getHeader(RequestSeen.ID_FIELD),
          request.getInputStream(),
          (status, length) -> {
            response.setStatus(status);
            length.ifPresent(response::setContentLengthLong);
            return response.getOutputStream();
          });
    }
  }
}
