package io.walferry.testkit.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.internal.BinaryCache;
import io.walferry.testkit.internal.JarSearch;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class MysqlBinariesTest {
  private static final String LINUX = "Linux on amd64";

  @TempDir private Path directory;

  /** Elsewhere tests of a server that cannot run are skipped; there none may be. */
  @ParameterizedTest
  @EnumSource
  @EnabledIfEnvironmentVariable(named = "CI", matches = "true")
  void nothingIsInTheWayWhereChangesAreChecked(MysqlFlavor flavor) {
    assertEquals(Optional.empty(), MysqlBinaries.standard().obstacle(flavor));
  }

  @ParameterizedTest
  @EnumSource
  void anotherPlatformIsAnObstacle(MysqlFlavor flavor) {
    MysqlBinaries binaries = binaries(List.of(), "Mac OS X on aarch64");
    assertEquals(
        Optional.of(
            flavor.title()
                + " cannot run here: its programs are packed for Linux on amd64, and this is Mac OS"
                + " X on aarch64"),
        binaries.obstacle(flavor));
  }

  @ParameterizedTest
  @EnumSource
  void aMissingJarIsAnObstacleThatNamesThePlacesSearched(MysqlFlavor flavor) {
    String message = binaries(List.of(), LINUX).obstacle(flavor).orElseThrow();
    assertTrue(message.startsWith("No programs of " + flavor.title()), message);
    assertTrue(message.contains(directory.toString()), message);
    assertTrue(message.contains("then the class path"), message);
  }

  @Test
  void jarsOnTheClassPathAreFound() throws Exception {
    var urls = new ArrayList<URL>();
    Path jars = Path.of(System.getProperty(MysqlBinaries.DIRECTORY_PROPERTY));
    try (var files = Files.newDirectoryStream(jars, "*.jar")) {
      for (Path jar : files) {
        urls.add(jar.toUri().toURL());
      }
    }
    try (var loader = new URLClassLoader(urls.toArray(URL[]::new))) {
      var search = new JarSearch("none", Optional.empty(), loader);
      for (MysqlFlavor flavor : MysqlFlavor.values()) {
        assertEquals(1, search.find(flavor.jarMark()).size(), flavor.title());
      }
    }
  }

  @Test
  void aMissingLibraryIsAnObstacleThatNamesItsPackage() throws Exception {
    MysqlInstallation installation = needing("libaio.so.1");
    var libraries = new SystemLibraries(List.of(directory.resolve("system")));
    String message = libraries.failure(installation).orElseThrow();
    assertTrue(message.contains("error while loading shared libraries: libaio.so.1:"), message);
    assertTrue(message.endsWith("the package libaio1 (newer systems: libaio1t64)"), message);
  }

  @Test
  void aLibraryUnderItsNewerNameIsLinked() throws Exception {
    MysqlInstallation installation = needing("libaio.so.1");
    Path system = Files.createDirectory(directory.resolve("system"));
    Path newer = Files.createFile(system.resolve("libaio.so.1t64"));
    var libraries = new SystemLibraries(List.of(directory.resolve("none"), system));
    assertEquals(Optional.empty(), libraries.failure(installation));
    assertEquals(newer, Files.readSymbolicLink(installation.libraries().resolve("libaio.so.1")));
    assertEquals(Optional.empty(), libraries.failure(installation));
  }

  /** A stand-in for a server: it fails as the loader does while its library path lacks the file. */
  private MysqlInstallation needing(String library) throws Exception {
    var installation = new MysqlInstallation(MysqlFlavor.MYSQL, directory.resolve("home"));
    Files.createDirectories(installation.libraries());
    Files.createDirectories(directory.resolve("home/bin"));
    Files.writeString(
        installation.program(),
        """
        #!/bin/sh
        [ -e "$LD_LIBRARY_PATH/%1$s" ] && exit 0
        echo "$0: error while loading shared libraries: %1$s: cannot open shared object file"
        exit 127
        """
            .formatted(library));
    Files.setPosixFilePermissions(
        installation.program(), PosixFilePermissions.fromString("rwxr-xr-x"));
    return installation;
  }

  private MysqlBinaries binaries(List<Path> systemLibraries, String platform) {
    return new MysqlBinaries(
        new JarSearch("none", Optional.of(directory), new URLClassLoader(new URL[0], null)),
        new BinaryCache(directory.resolve("cache")),
        new SystemLibraries(systemLibraries),
        platform);
  }
}
