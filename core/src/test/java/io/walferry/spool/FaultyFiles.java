package io.walferry.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Real files on a disk that fails for a while. */
public final class FaultyFiles implements SegmentFiles.Opener {
  /** What does not work. */
  public enum Fault {
    OPEN,
    /** Half of it is written. */
    WRITE,
    FLUSH
  }

  private static final long BYTES_MAX = 64 << 20;

  private Optional<Fault> fault = Optional.empty();
  private int flushes;

  /** A log over them. */
  public DurableLog log(Path directory) {
    return DurableLog.open(
        directory, BYTES_MAX, BYTES_MAX, new SegmentFiles(Compression.NONE, this));
  }

  /** How often something was written through to the disk. */
  public int flushes() {
    return flushes;
  }

  private Consumer<Path> flushing = path -> {};

  /** Hears of every flush before it is made, be it to have it fail. */
  public void onFlush(Consumer<Path> listener) {
    flushing = listener;
  }

  public void fail(Fault failing) {
    fault = Optional.of(failing);
  }

  public void heal() {
    fault = Optional.empty();
  }

  private void attempt(Fault operation) throws IOException {
    if (fault.equals(Optional.of(operation))) {
      throw new IOException("Input/output error");
    }
  }

  @Override
  public FileChannel open(Path path, OpenOption... options) throws IOException {
    attempt(Fault.OPEN);
    return new FaultyChannel(path, FileChannel.open(path, options));
  }

  private final class FaultyChannel extends FileChannel {
    private final Path path;
    private final FileChannel real;

    FaultyChannel(Path path, FileChannel real) {
      this.path = path;
      this.real = real;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
      try {
        attempt(Fault.WRITE);
      } catch (IOException e) {
        ByteBuffer last = sources[offset + length - 1];
        real.write(sources, offset, length - 1);
        real.write(last.slice(last.position(), last.remaining() / 2));
        throw e;
      }
      return real.write(sources, offset, length);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      try {
        attempt(Fault.WRITE);
      } catch (IOException e) {
        real.write(source.slice(source.position(), source.remaining() / 2));
        throw e;
      }
      return real.write(source);
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      attempt(Fault.WRITE);
      return real.write(source, position);
    }

    @Override
    public void force(boolean metaData) throws IOException {
      flushing.accept(path);
      attempt(Fault.FLUSH);
      flushes++;
      real.force(metaData);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      return real.read(into);
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
      return real.read(into, offset, length);
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return real.read(into, position);
    }

    @Override
    public long position() throws IOException {
      return real.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
      return real.position(position);
    }

    @Override
    public long size() throws IOException {
      return real.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      return real.truncate(size);
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target)
        throws IOException {
      return real.transferTo(position, count, target);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count)
        throws IOException {
      return real.transferFrom(source, position, count);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
      return real.map(mode, position, size);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
      return real.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      real.close();
    }
  }
}
