package io.walferry.testkit.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.util.jar.JarFile;

/**
 * A file in a jar that was searched for.
 *
 * @param version as the jar's name says it, such as {@code 14.24.0}
 * @param location of the file inside its jar
 */
public record JarResource(String version, URI location) {

  public InputStream open() throws IOException {
    return connect().getInputStream();
  }

  /** The whole jar around it, to be closed by the caller. */
  public JarFile openJar() throws IOException {
    return connect().getJarFile();
  }

  private JarURLConnection connect() throws IOException {
    if (location.toURL().openConnection() instanceof JarURLConnection connection) {
      // A cached jar would stay open, and a rebuilt one would be read through the old directory.
      connection.setUseCaches(false);
      return connection;
    }
    throw new IOException("Not in a jar: " + location);
  }
}
