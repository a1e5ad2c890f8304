@NullMarked
package io.walferry.cli.config;

import org.jspecify.annotations.NullMarked;
