// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * The first sectors of a disk that a PC's firmware can boot from. Its program has the firmware read sector 1, write it to sector 2
 * and read that into fresh memory, and prints the text found there on the first serial port.
 */
final class BootSector {
    private static final int SECTOR = 512;
    private static final int FIRST_BUFFER = 0x7e00;
    private static final int SECOND_BUFFER = 0x8000;
    /** Where the parameters of each call of the firmware are, and its complaint. */
    private static final int READ_1 = 0x100;

    private static final int WRITE_2 = 0x110;
    private static final int READ_2 = 0x120;
    private static final int FAILED = 0x130;

    /** 16-bit code. INT 13h with AH = 42h reads and with 43h writes as the packet at SI says; DL is the disk booted from. */
    private static final String PROGRAM = """
            31 c0           xor ax, ax
            8e d8           mov ds, ax
            8e d0           mov ss, ax
            bc 00 7c        mov sp, 0x7c00
            fc              cld
            be 00 7d        mov si, READ_1
            b4 42           mov ah, 0x42
            cd 13           int 0x13
            72 29           jc failed
            be 10 7d        mov si, WRITE_2
            b8 00 43        mov ax, 0x4300
            cd 13           int 0x13
            72 1f           jc failed
            be 20 7d        mov si, READ_2
            b4 42           mov ah, 0x42
            cd 13           int 0x13
            72 16           jc failed
            be 00 80        mov si, SECOND_BUFFER
            ba fd 03        print: mov dx, 0x3fd
            ec              wait: in al, dx
            a8 20           test al, 0x20
            74 fb           jz wait
            ac              lodsb
            84 c0           test al, al
            74 0b           jz stop
            ba f8 03        mov dx, 0x3f8
            ee              out dx, al
            eb ed           jmp print
            be 30 7d        failed: mov si, FAILED
            eb e8           jmp print
            f4              stop: hlt
            eb fd           jmp stop
            """;

    private BootSector() {}

    /** Three sectors, the second with the text. */
    static byte[] printing(String text) {
        ByteBuffer sectors = ByteBuffer.allocate(3 * SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        PROGRAM.lines()
                .map(line -> line.substring(0, 16).strip())
                .forEach(code -> sectors.put(HexFormat.ofDelimiter(" ").parseHex(code)));
        packet(sectors.position(READ_1), FIRST_BUFFER, 1);
        packet(sectors.position(WRITE_2), FIRST_BUFFER, 2);
        packet(sectors.position(READ_2), SECOND_BUFFER, 2);
        sectors.position(FAILED).put(ascii("The firmware reports an error\n"));
        sectors.putShort(SECTOR - 2, (short) 0xaa55);
        sectors.position(SECTOR).put(ascii(text + "\n"));
        return sectors.array();
    }

    /** Length of the packet, sectors, where in memory (offset, then segment 0), where on the disk. */
    private static void packet(ByteBuffer at, int buffer, long sector) {
        at.putShort((short) 16)
                .putShort((short) 1)
                .putShort((short) buffer)
                .putShort((short) 0)
                .putLong(sector);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
