/**
 * Walferry's own clients of the drain benchmark, each a program that runs in a process of its own.
 */
@NullMarked
package io.walferry.bench.follow;

import org.jspecify.annotations.NullMarked;
