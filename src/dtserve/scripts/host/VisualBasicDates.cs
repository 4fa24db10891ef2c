// Microsoft.VisualBasic.DateAndTime: Now, DateAdd, DateDiff, DatePart …
using System;
using System.Globalization;
using Microsoft.VisualBasic.CompilerServices;

namespace Microsoft.VisualBasic
{
    public enum DateInterval
    {
        Year = 0, Quarter = 1, Month = 2, DayOfYear = 3, Day = 4, WeekOfYear = 5, Weekday = 6, Hour = 7, Minute = 8, Second = 9
    }

    public enum FirstDayOfWeek { System = 0, Sunday = 1, Monday = 2, Tuesday = 3, Wednesday = 4, Thursday = 5, Friday = 6, Saturday = 7 }

    public enum FirstWeekOfYear { System = 0, Jan1 = 1, FirstFourDays = 2, FirstFullWeek = 3 }

    [StandardModule]
    public sealed class DateAndTime
    {
        public static DateTime Now { get { return DateTime.Now; } }
        public static DateTime Today { get { return DateTime.Today; } }
        public static DateTime TimeOfDay { get { return new DateTime(1, 1, 1) + DateTime.Now.TimeOfDay; } }
        public static double Timer { get { return DateTime.Now.TimeOfDay.TotalSeconds; } }
        public static string DateString { get { return DateTime.Today.ToString("MM\\-dd\\-yyyy", CultureInfo.InvariantCulture); } }
        public static string TimeString { get { return DateTime.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture); } }

        private static DateInterval Interval(string text)
        {
            switch (text.ToLowerInvariant())
            {
                case "yyyy": return DateInterval.Year;
                case "q": return DateInterval.Quarter;
                case "m": return DateInterval.Month;
                case "y": return DateInterval.DayOfYear;
                case "d": return DateInterval.Day;
                case "ww": return DateInterval.WeekOfYear;
                case "w": return DateInterval.Weekday;
                case "h": return DateInterval.Hour;
                case "n": return DateInterval.Minute;
                case "s": return DateInterval.Second;
                default: throw new ArgumentException("Argument 'Interval' is not a valid value.");
            }
        }

        public static DateTime DateAdd(DateInterval Interval, double Number, DateTime DateValue)
        {
            var whole = (int)Math.Truncate(Number);
            switch (Interval)
            {
                case DateInterval.Year: return DateValue.AddYears(whole);
                case DateInterval.Quarter: return DateValue.AddMonths(whole * 3);
                case DateInterval.Month: return DateValue.AddMonths(whole);
                case DateInterval.WeekOfYear: return DateValue.AddDays(whole * 7);
                case DateInterval.Hour: return DateValue.AddHours(whole);
                case DateInterval.Minute: return DateValue.AddMinutes(whole);
                case DateInterval.Second: return DateValue.AddSeconds(whole);
                default: return DateValue.AddDays(whole);
            }
        }

        public static DateTime DateAdd(string Interval, double Number, object DateValue)
        {
            return DateAdd(DateAndTime.Interval(Interval), Number, Conversions.ToDate(DateValue));
        }

        public static long DateDiff(DateInterval Interval, DateTime Date1, DateTime Date2, FirstDayOfWeek DayOfWeek = FirstDayOfWeek.Sunday, FirstWeekOfYear WeekOfYear = FirstWeekOfYear.Jan1)
        {
            var span = Date2 - Date1;
            switch (Interval)
            {
                case DateInterval.Year: return Date2.Year - Date1.Year;
                case DateInterval.Quarter: return (Date2.Year - Date1.Year) * 4 + (Date2.Month - 1) / 3 - (Date1.Month - 1) / 3;
                case DateInterval.Month: return (Date2.Year - Date1.Year) * 12 + Date2.Month - Date1.Month;
                case DateInterval.Weekday: return (long)Math.Truncate(span.TotalDays) / 7;
                case DateInterval.WeekOfYear:
                    return ((long)Math.Truncate((Date2.Date.AddDays(1 - Weekday(Date2, DayOfWeek)) - Date1.Date.AddDays(1 - Weekday(Date1, DayOfWeek))).TotalDays)) / 7;
                case DateInterval.Hour: return (long)Math.Truncate(span.TotalHours);
                case DateInterval.Minute: return (long)Math.Truncate(span.TotalMinutes);
                case DateInterval.Second: return (long)Math.Truncate(span.TotalSeconds);
                default: return (long)Math.Truncate(span.TotalDays);
            }
        }

        public static long DateDiff(string Interval, object Date1, object Date2, FirstDayOfWeek DayOfWeek = FirstDayOfWeek.Sunday, FirstWeekOfYear WeekOfYear = FirstWeekOfYear.Jan1)
        {
            return DateDiff(DateAndTime.Interval(Interval), Conversions.ToDate(Date1), Conversions.ToDate(Date2), DayOfWeek, WeekOfYear);
        }

        public static int DatePart(DateInterval Interval, DateTime DateValue, FirstDayOfWeek FirstDayOfWeekValue = FirstDayOfWeek.Sunday, FirstWeekOfYear FirstWeekOfYearValue = FirstWeekOfYear.Jan1)
        {
            switch (Interval)
            {
                case DateInterval.Year: return DateValue.Year;
                case DateInterval.Quarter: return (DateValue.Month - 1) / 3 + 1;
                case DateInterval.Month: return DateValue.Month;
                case DateInterval.DayOfYear: return DateValue.DayOfYear;
                case DateInterval.Weekday: return Weekday(DateValue, FirstDayOfWeekValue);
                case DateInterval.Hour: return DateValue.Hour;
                case DateInterval.Minute: return DateValue.Minute;
                case DateInterval.Second: return DateValue.Second;
                case DateInterval.WeekOfYear: return Week(DateValue, FirstDayOfWeekValue, FirstWeekOfYearValue);
                default: return DateValue.Day;
            }
        }

        public static int DatePart(string Interval, object DateValue, FirstDayOfWeek DayOfWeek = FirstDayOfWeek.Sunday, FirstWeekOfYear WeekOfYear = FirstWeekOfYear.Jan1)
        {
            return DatePart(DateAndTime.Interval(Interval), Conversions.ToDate(DateValue), DayOfWeek, WeekOfYear);
        }

        private static int Week(DateTime date, FirstDayOfWeek day, FirstWeekOfYear week)
        {
            var format = CultureInfo.CurrentCulture.DateTimeFormat;
            var rule = week == FirstWeekOfYear.FirstFourDays ? CalendarWeekRule.FirstFourDayWeek
                : week == FirstWeekOfYear.FirstFullWeek ? CalendarWeekRule.FirstFullWeek
                : week == FirstWeekOfYear.System ? format.CalendarWeekRule : CalendarWeekRule.FirstDay;
            return CultureInfo.CurrentCulture.Calendar.GetWeekOfYear(date, rule, First(day));
        }

        private static DayOfWeek First(FirstDayOfWeek day)
        {
            return day == FirstDayOfWeek.System ? CultureInfo.CurrentCulture.DateTimeFormat.FirstDayOfWeek : (DayOfWeek)((int)day - 1);
        }

        /// <summary>Months and days out of range count on, as 0 for the last of the month before.</summary>
        public static DateTime DateSerial(int Year, int Month, int Day)
        {
            if (Year >= 0 && Year < 100) Year = CultureInfo.CurrentCulture.Calendar.ToFourDigitYear(Year);
            return new DateTime(Year, 1, 1).AddMonths(Month - 1).AddDays(Day - 1);
        }

        public static DateTime TimeSerial(int Hour, int Minute, int Second) { return new DateTime(1, 1, 1).AddSeconds(Hour * 3600L + Minute * 60L + Second); }
        public static DateTime DateValue(string StringDate) { return Conversions.ToDate(StringDate).Date; }
        public static DateTime TimeValue(string StringTime) { return new DateTime(1, 1, 1) + Conversions.ToDate(StringTime).TimeOfDay; }
        public static int Year(DateTime DateValue) { return DateValue.Year; }
        public static int Month(DateTime DateValue) { return DateValue.Month; }
        public static int Day(DateTime DateValue) { return DateValue.Day; }
        public static int Hour(DateTime TimeValue) { return TimeValue.Hour; }
        public static int Minute(DateTime TimeValue) { return TimeValue.Minute; }
        public static int Second(DateTime TimeValue) { return TimeValue.Second; }

        public static int Weekday(DateTime DateValue, FirstDayOfWeek DayOfWeek = FirstDayOfWeek.Sunday)
        {
            return ((int)DateValue.DayOfWeek - (int)First(DayOfWeek) + 7) % 7 + 1;
        }

        public static string WeekdayName(int Weekday, bool Abbreviate = false, FirstDayOfWeek FirstDayOfWeekValue = FirstDayOfWeek.System)
        {
            var day = (DayOfWeek)(((int)First(FirstDayOfWeekValue) + Weekday - 1) % 7);
            var format = CultureInfo.CurrentCulture.DateTimeFormat;
            return Abbreviate ? format.GetAbbreviatedDayName(day) : format.GetDayName(day);
        }

        public static string MonthName(int Month, bool Abbreviate = false)
        {
            var format = CultureInfo.CurrentCulture.DateTimeFormat;
            return Abbreviate ? format.GetAbbreviatedMonthName(Month) : format.GetMonthName(Month);
        }
    }
}
