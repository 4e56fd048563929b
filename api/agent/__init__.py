"""What an agent needs beside answers: the code base's rules, what it was shown, whether it may write."""
