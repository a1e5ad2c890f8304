package io.walferry.testkit.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Holds unpacked programs, one directory for each version, shared by all JVMs of this user. A
 * directory appears by one atomic rename when it is complete; of several JVMs that fill it at once
 * one wins and the others throw their copy away.
 */
public final class BinaryCache {
  private final Path root;

  /** Writes what belongs into a directory, which exists and is empty. */
  public interface Filling {
    void into(Path directory) throws IOException;
  }

  public BinaryCache(Path root) {
    this.root = root;
  }

  /** Under the user's cache directory if one is set, else under the temporary directory. */
  public static BinaryCache ofThisUser() {
    Path parent =
        Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .filter(name -> !name.isBlank())
            .map(Path::of)
            .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir")));
    return new BinaryCache(parent.resolve("walferry-" + System.getProperty("user.name")));
  }

  /** Returns the directory of that name, filled by whoever asked for it first. */
  public Path directory(String name, Filling filling) {
    Path home = root.resolve(name);
    try {
      Files.createDirectories(root);
      requireOwn(root);
      if (!Files.isDirectory(home)) {
        fill(home, filling);
      }
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot fill " + home, e);
    }
  }

  /** Programs are run from here, so a directory that somebody else laid out is refused. */
  private static void requireOwn(Path directory) throws IOException {
    Path probe = Files.createTempFile(directory, "owner", ".probe");
    try {
      if (!Files.getOwner(probe).equals(Files.getOwner(directory))) {
        throw new IOException("The cache directory belongs to another user: " + directory);
      }
    } finally {
      Files.delete(probe);
    }
  }

  private void fill(Path home, Filling filling) throws IOException {
    Path part = Files.createTempDirectory(root, home.getFileName() + ".part");
    boolean complete = false;
    try {
      filling.into(part);
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
      complete = moved(part, home);
    } finally {
      if (!complete) {
        FileTree.delete(part);
      }
    }
  }

  /** False if another JVM was first. */
  private static boolean moved(Path part, Path home) throws IOException {
    try {
      Files.move(part, home, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException e) {
      if (Files.isDirectory(home)) {
        return false;
      }
      throw e;
    }
  }
}
