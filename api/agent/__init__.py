"""What an agent needs beside answers: what it was shown, and whether it may write."""
