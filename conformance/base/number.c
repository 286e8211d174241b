/* Numbers and days. */
#include "base/number.h"

bool number_read(const char *text, size_t size, uint64_t most, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        unsigned digit = (unsigned)(text[i] - '0');
        if (digit > most || value > (most - digit) / 10) return false;
        value = value * 10 + digit;
    }
    if (size > 0) *out = value;
    return size > 0;
}

static unsigned days_of(unsigned year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leaps = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leaps ? 1u : 0);
}

bool number_is_day(const char *text, size_t size)
{
    uint64_t year = 0;
    uint64_t month = 0;
    uint64_t day = 0;
    if (size != 10 || text[4] != '-' || text[7] != '-') return false;
    if (!number_read(text, 4, 9999, &year) || !number_read(text + 5, 2, 12, &month)
        || !number_read(text + 8, 2, 31, &day))
        return false;
    return year > 0 && month > 0 && day > 0 && day <= days_of((unsigned)year, (unsigned)month);
}
