/** What a user may configure: the file, its environment forms, and every problem with its line. */
@NullMarked
package io.walferry.cli.config;

import org.jspecify.annotations.NullMarked;
