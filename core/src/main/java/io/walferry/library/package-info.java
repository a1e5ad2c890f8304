/**
 * Walferry inside a program: callbacks, a pull form and a {@link java.util.concurrent.Flow} for
 * what a publication carries, with status, progress and a checkpoint.
 */
@NullMarked
package io.walferry.library;

import org.jspecify.annotations.NullMarked;
