@NullMarked
package io.walferry.transform;

import org.jspecify.annotations.NullMarked;
