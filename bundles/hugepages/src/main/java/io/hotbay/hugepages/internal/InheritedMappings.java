// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.linux.MappedFiles;
import io.hotbay.linux.Mapping;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Mappings that an earlier life of the component has made in this process, until their lease takes them up. One that no lease takes up,
 * because its file was removed or damaged meanwhile, may still be looked at through windows that were handed out. It is
 * unmapped when a lease of its name is trimmed or released, which is only done when nobody uses windows from before.
 */
final class InheritedMappings {
    private record Inherited(Path file, long inode, Mapping mapping) {
        boolean isOf(String lease) {
            return file.getFileName().toString().equals(lease);
        }
    }

    private final List<Inherited> all = new ArrayList<>();

    /** Becomes the owner of what was left. Mappings of another process, whose successor this one is, ended with that. */
    void takeOver(Path folder, List<LeftMapping> left) throws IOException {
        if (left.isEmpty()) {
            return;
        }
        MappedFiles mapped = MappedFiles.ofThisProcess();
        for (LeftMapping each : left) {
            if (LeaseName.isValid(each.lease())) {
                Path file = folder.resolve(each.lease());
                Optional<Mapping> mapping = mapped.adopt(each.address(), each.length(), file, each.inode());
                if (mapping.isPresent()) {
                    all.add(new Inherited(file, each.inode(), mapping.get()));
                }
            }
        }
    }

    /** The mappings of a file, in the order in which they were made. */
    List<Mapping> of(Path file, long inode) {
        List<Mapping> mappings = new ArrayList<>();
        for (Inherited each : all) {
            if (each.file.equals(file) && each.inode == inode) {
                mappings.add(each.mapping);
            }
        }
        return mappings;
    }

    /** A lease has them now. */
    void claimed(List<Mapping> mappings) {
        for (Iterator<Inherited> each = all.iterator(); each.hasNext(); ) {
            if (mappings.contains(each.next().mapping)) {
                each.remove();
            }
        }
    }

    /** Unmaps what is still there under the name of a lease: nobody uses windows from before. */
    void close(String lease) {
        for (Iterator<Inherited> inherited = all.iterator(); inherited.hasNext(); ) {
            Inherited each = inherited.next();
            if (each.isOf(lease)) {
                each.mapping.close();
                inherited.remove();
            }
        }
    }

    /** Leaves those of a folder for the next life. */
    List<LeftMapping> release(Path folder) {
        List<LeftMapping> left = new ArrayList<>();
        for (Iterator<Inherited> inherited = all.iterator(); inherited.hasNext(); ) {
            Inherited each = inherited.next();
            if (each.file.startsWith(folder)) {
                left.add(left(each.file, each.inode, each.mapping));
                inherited.remove();
            }
        }
        return left;
    }

    static LeftMapping left(Path file, long inode, Mapping mapping) {
        return new LeftMapping(file.getFileName().toString(), inode, mapping.release(), mapping.length());
    }
}
