package io.walferry.testkit.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;

/**
 * The packed programs of one PostgreSQL version.
 *
 * @param version as the jar's name says it, such as {@code 14.24.0}
 * @param location of the {@code .txz} inside its jar
 */
record PostgresArchive(String version, URI location) {

  int major() {
    return Integer.parseInt(version.substring(0, version.indexOf('.')));
  }

  InputStream open() throws IOException {
    URLConnection connection = location.toURL().openConnection();
    // A cached jar would stay open, and a rebuilt one would be read through the old directory.
    connection.setUseCaches(false);
    return connection.getInputStream();
  }
}
