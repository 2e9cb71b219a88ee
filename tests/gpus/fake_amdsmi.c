/* A libamd_smi.so of ROCm 7.0 without GPUs, loaded by the real Python package amdsmi. What it says is in the text file
 * that FAKE_AMDSMI_STATE names, in lines as fake_nvml.c has them:
 *
 *   count 2             how many GPUs there are, each in a socket of its own
 *   util 0 37           how busy GPU 0 is; likewise temp, limit (°C), used, total (MiB), power (W), cap (µW), clock (MHz), fan (of 255)
 *   process 0 4711 512  a process on GPU 0 with 512 MiB
 *   ecc 0 3             uncorrected errors of GPU 0
 *   text 0 amdsmi_get_gpu_asic_info 47505520ff     the bytes, in hex, of the text that this call answers with
 *   error 0 amdsmi_get_power_info 10      what that call answers for GPU 0; -1 is any GPU, and calls without one
 *
 * All other functions, which the package wants to find, say that they are not supported: tests/gpus/conftest.py adds them.
 */
#define STATE "FAKE_AMDSMI_STATE"
#include "fake_state.h"
#include <stdint.h>

#define INDEX(handle) ((int)(long)(handle) - 1)
#define NOT_SUPPORTED 2

typedef struct { uint32_t gfx, umc, mm, reserved[13]; } Activity;
typedef struct { uint32_t total, used, reserved[2]; } Vram;
typedef struct { char name[256]; uint32_t vendor; char vendor_name[256]; uint32_t subvendor; uint64_t device; uint32_t revision;
                 char serial[256]; uint32_t oam, units; uint64_t version; uint32_t subsystem, reserved[21]; } Asic;
typedef struct { uint64_t socket; uint32_t current, average; uint64_t gfx, soc, mem; uint32_t limit; uint64_t reserved[18]; } Power;
typedef struct { uint64_t cap, normal, dpm, least, most, reserved[3]; } Cap;
typedef struct { uint32_t clk, least, most; uint8_t locked, sleep; uint32_t reserved[4]; } Clock;
typedef struct { char version[256], date[256], name[256]; } Driver;
typedef struct { uint64_t correctable, uncorrectable, deferred, reserved[5]; } Errors;
typedef struct { char name[256]; uint32_t pid; uint64_t mem; struct { uint64_t gfx, enc; uint32_t reserved[12]; } engines;
                 struct { uint64_t gtt, cpu, vram; uint32_t reserved[10]; } memory; char container[256]; uint32_t cu, reserved[11]; } Process;

static int counted(const char *call, uint32_t *count, void **out) {
    ASK(-1, call);
    if (out) for (uint32_t i = 0; i < *count; i++) out[i] = (void *)(long)(i + 1);
    *count = find("count", -1, 0); return 0; }
int amdsmi_init(uint64_t flags) { ASK(-1, "amdsmi_init"); return flags == 2 ? 0 : 1; }
int amdsmi_shut_down(void) { return answer(-1, "amdsmi_shut_down"); }
int amdsmi_get_socket_handles(uint32_t *count, void **out) { return counted("amdsmi_get_socket_handles", count, out); }
int amdsmi_get_processor_handles(void *socket, uint32_t *count, void **out) {
    ASK(-1, "amdsmi_get_processor_handles"); *count = 1; if (out) *out = socket; return 0; }
int amdsmi_get_gpu_asic_info(void *gpu, Asic *out) {
    char own[64]; snprintf(own, sizeof own, "Fake Instinct %d", INDEX(gpu));
    ASK(INDEX(gpu), "amdsmi_get_gpu_asic_info"); memset(out, 0, sizeof *out);
    say(INDEX(gpu), "amdsmi_get_gpu_asic_info", out->name, sizeof out->name, own); return 0; }
int amdsmi_get_gpu_device_uuid(void *gpu, unsigned int *size, char *out) {
    char own[64]; snprintf(own, sizeof own, "fake-amd-%d", INDEX(gpu));
    ASK(INDEX(gpu), "amdsmi_get_gpu_device_uuid"); say(INDEX(gpu), "amdsmi_get_gpu_device_uuid", out, *size, own); return 0; }
int amdsmi_get_gpu_activity(void *gpu, Activity *out) {
    ASK(INDEX(gpu), "amdsmi_get_gpu_activity"); out->gfx = find("util", INDEX(gpu), 0); return 0; }
int amdsmi_get_gpu_vram_usage(void *gpu, Vram *out) {
    ASK(INDEX(gpu), "amdsmi_get_gpu_vram_usage");
    out->total = find("total", INDEX(gpu), 196288); out->used = find("used", INDEX(gpu), 285); return 0; }
int amdsmi_get_temp_metric(void *gpu, int kind, int metric, int64_t *out) {
    ASK(INDEX(gpu), "amdsmi_get_temp_metric");
    if (kind == 0 && find("noedge", INDEX(gpu), 0)) return NOT_SUPPORTED;
    *out = metric == 0 ? find("temp", INDEX(gpu), 41) : find("limit", INDEX(gpu), 100); return 0; }
int amdsmi_get_power_info(void *gpu, Power *out) {
    ASK(INDEX(gpu), "amdsmi_get_power_info"); memset(out, 0, sizeof *out);
    out->current = find("power", INDEX(gpu), 135); out->average = 0xFFFF; return 0; }
int amdsmi_get_power_cap_info(void *gpu, uint32_t sensor, Cap *out) {
    ASK(INDEX(gpu), "amdsmi_get_power_cap_info"); out->cap = find("cap", INDEX(gpu), 750000000); return 0; }
int amdsmi_get_clock_info(void *gpu, int kind, Clock *out) {
    ASK(INDEX(gpu), "amdsmi_get_clock_info"); out->clk = find("clock", INDEX(gpu), 2100); return 0; }
int amdsmi_get_gpu_fan_speed(void *gpu, uint32_t sensor, int64_t *out) {
    long speed = find("fan", INDEX(gpu), -1);
    ASK(INDEX(gpu), "amdsmi_get_gpu_fan_speed");
    if (speed < 0) return NOT_SUPPORTED;
    *out = speed; return 0; }
int amdsmi_get_gpu_driver_info(void *gpu, Driver *out) {
    ASK(-1, "amdsmi_get_gpu_driver_info"); memset(out, 0, sizeof *out); strcpy(out->version, "Fake 6.12"); return 0; }
int amdsmi_get_gpu_total_ecc_count(void *gpu, Errors *out) {
    ASK(INDEX(gpu), "amdsmi_get_gpu_total_ecc_count"); out->uncorrectable = find("ecc", INDEX(gpu), 0); return 0; }
int amdsmi_get_gpu_process_list(void *gpu, uint32_t *count, Process *out) {
    char line[256], word[64]; int one; long pid, used; uint32_t found = 0;
    ASK(INDEX(gpu), "amdsmi_get_gpu_process_list");
    FILE *file = state();
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "%63s %d %ld %ld", word, &one, &pid, &used) == 4 && !strcmp(word, "process") && one == INDEX(gpu)
            && found < *count) {
            memset(&out[found], 0, sizeof *out); strcpy(out[found].name, "fake");
            out[found].pid = pid; out[found].mem = out[found].memory.vram = used * MIB; found++;
        }
    if (file) fclose(file);
    *count = found; return 0; }
