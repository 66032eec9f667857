"""Forenames and surnames of several origins, drawn up by hand, common ones first, for made-up children."""

from __future__ import annotations

from typing import NamedTuple


class Origin(NamedTuple):
    """Names of one origin; `share` of the register; `starts` x `ends` make the long tail of surnames."""

    share: float
    girls: tuple[str, ...]
    boys: tuple[str, ...]
    surnames: tuple[str, ...]
    starts: tuple[str, ...]
    ends: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH = Origin(
    0.58,
    _words(
        "Olivia Amelia Lily Emily Jessica Sophie Chloe Ella Grace Mia Ruby Lucy Holly Megan Charlotte "
        "Ellie Freya Evie Isabella Poppy Daisy Hannah Amy Katie Abigail Molly Leah Summer Lauren Paige "
        "Courtney Skye Scarlett Lacey Kayleigh Shannon Jade Bethany Caitlin Imogen Rosie Maisie Phoebe "
        "Lola Georgia Gracie Tia Demi Keira Libby Madison Alisha Elizabeth Victoria Harriet Matilda "
        "Eleanor Alice Florence Ivy Willow Esme Robyn Erin Hollie Brooke Faith Hope Summer-Rose Lily-Mae "
        "Ellie-May Ava Zoe Nicole Rebecca Rachel Natasha Tilly Nancy"
    ),
    _words(
        "Jack Oliver Harry Thomas Joshua George William Charlie James Daniel Samuel Joseph Alfie Jacob "
        "Ethan Callum Liam Lewis Ryan Tyler Connor Luke Max Dylan Jake Kai Kian Riley Leo Oscar Logan "
        "Mason Jayden Hayden Kayden Archie Henry Freddie Finley Toby Jamie Kyle Reece Bradley Cameron Ben "
        "Benjamin Adam Alexander Aaron Nathan Matthew Michael Christopher Anthony Robert David Edward "
        "Patrick Sean Kieran Declan Brandon Corey Jordan Zachary Louis Reuben Theo Isaac Noah Elliot "
        "Dominic Vincent Mackenzie Kenzie Harley Ashton Jenson Tommy-Lee"
    ),
    _words(
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker "
        "White Roberts Green Hall Wood Jackson Clarke Clark Harris Lewis Turner Hill Cooper Ward Morris "
        "Moore King Watson Baker Harrison Morgan Allen James Scott Phillips Parker Price Bennett Lee "
        "Griffiths Bailey Young Cook Shaw Kelly Murphy O'Brien O'Connor O'Neill Walsh Ryan Byrne McDonald "
        "McCarthy McKenzie MacLeod MacDonald Campbell Stewart Reid Murray Gallagher Doyle Kennedy Lynch "
        "Burke Quinn Donnelly Fletcher Pearson Barker Hughes"
    ),
    _words(
        "Ash Brad Black Burn Clay Cart Dun East Fair Gold Hart Holl Kirk Lang Mar Nor Oak Pen Rad Stan "
        "Thorn Up Wal West White Wood Hamp Hind Heath Crom Brom Al Bar Bux Cald Den Elm Farn Green Hazel "
        "Ingle Led Mill New Pick Rams Sander Tem Under Wad Ald Bick Cor Dal Eck Fos Gar Has"
    ),
    _words(
        "worth ley ton ham field ford wood by well bourne shaw croft man son bury wick gate land ridge "
        "stead more house water brook den hurst dale thorpe combe stone"
    ),
)
SOUTH_ASIAN = Origin(
    0.12,
    _words(
        "Aisha Fatima Zainab Maryam Khadija Aaliyah Amina Hafsa Sumaya Iqra Sana Alina Zara Safa Noor "
        "Priya Anjali Simran Jasmin Gurpreet Kiran Navdeep Meera Anaya Rabia Hira Mehreen Saima Nadia "
        "Sadia Shanza Tahira Uzma"
    ),
    _words(
        "Mohammed Muhammad Ali Ahmed Hamza Ibrahim Yusuf Umar Bilal Hassan Hussain Zain Adam Abdullah "
        "Usman Haris Imran Kamran Faisal Rayyan Ismail Zakariya Arjun Rohan Jaspreet Harpreet Gurdeep "
        "Rahul Dev Amar Karan Danyal"
    ),
    _words(
        "Khan Ahmed Hussain Ali Begum Akhtar Patel Singh Kaur Shah Malik Iqbal Mahmood Rahman Uddin Miah "
        "Chowdhury Islam Mirza Sharif Rehman Aslam Bibi Akram Javed Nawaz Saleem Sharma Kumar Gill Sandhu "
        "Dhillon Desai Mistry"
    ),
    _words("Ahma Akba Bash Chau Faro Ghul Haqu Jabb Karim Lati Mahm Naze Qure Rash Sidd Tari Waha Zaf"),
    _words("ud dhry oq am ani een if ir shi far iq an awi abi eem ar"),
)
ARABIC_AND_KURDISH = Origin(
    0.09,
    _words(
        "Fatima Maryam Zainab Nour Layla Sara Hiba Rania Amal Huda Salma Yasmin Dina Shilan Rojin Awaz "
        "Nazdar Zahra Marwa Samira Aya Rahma Farida Shirin Parisa Mina Golnaz"
    ),
    _words(
        "Mohamed Ahmad Omar Khaled Mustafa Youssef Karim Hassan Hussein Mahmoud Ibrahim Saeed Tarek Bilal "
        "Azad Hiwa Rebin Karwan Sirwan Zana Aram Reza Amir Farhad Javid Navid Hamid Esmatullah Najibullah "
        "Zabihullah Samiullah"
    ),
    _words(
        "Al-Hassan Al-Sayed Hussein Ibrahim Abdullah Mahmoud Saleh Hamad Rashid Karimi Ahmadi Rahimi "
        "Mohammadi Amiri Noori Safi Stanikzai Zadran Barzani Ahmad Aziz Jalal Salih Hama Rasoul Qadir "
        "Mustafa Abdul-Rahman El-Amin"
    ),
    _words("Abd Haid Jam Kar Mans Nas Oth Qas Rost Sab Tal Yous Zam Fath Baz Dar"),
    _words("ari uri ani adi awi izi oudi ullah zai khel pour eyan ian ali"),
)
EAST_AFRICAN = Origin(
    0.07,
    _words(
        "Fadumo Hodan Ayaan Ifrah Sagal Halimo Khadra Asha Hawa Nasra Selam Hiwot Bethlehem Rahel Saba "
        "Winta Feven Meron Tsion Luwam Helen Miriam Yordanos"
    ),
    _words(
        "Mohamed Abdi Ahmed Abdirahman Yusuf Ismail Mahad Liban Guled Bile Khalid Samuel Filmon Yonas "
        "Dawit Natnael Robel Henok Abel Merhawi Tesfay Kidane Awet Temesgen Aman Hagos"
    ),
    _words(
        "Mohamed Ali Abdi Ahmed Hassan Warsame Farah Jama Osman Omar Nur Yusuf Ibrahim Tesfay Gebremedhin "
        "Haile Tekle Kidane Berhane Habte Ghebreab Weldu Mehari Abraha Negash Araya Tsegay"
    ),
    _words("Gebre Tesfa Habte Welde Kifle Haile Berhe Zere Mulu Alem"),
    _words("michael mariam selassie yesus ab giorgis hans kidan ghi zion"),
)
EAST_EUROPEAN = Origin(
    0.06,
    _words(
        "Julia Zofia Maja Lena Oliwia Natalia Wiktoria Aleksandra Katarzyna Małgorzata Agnieszka Andreea "
        "Ioana Elena Alina Kateryna Olena Yulia Daria Anastasia Gabriela Adelina Ľubica Žaneta"
    ),
    _words(
        "Jakub Szymon Filip Kacper Mateusz Michał Łukasz Piotr Paweł Wojciech Krzysztof Andrei Alexandru "
        "Ștefan Ion Mihai Denis Oleksandr Dmytro Andriy Ivan Marek Tomáš Ľuboš Roman Artem"
    ),
    _words(
        "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Popescu Popa Ionescu "
        "Dumitru Stoica Shevchenko Kovalenko Bondarenko Horváth Kováč Novák Dvořák Balogh Rácz Petrov "
        "Ivanov Kazlauskas"
    ),
    _words("Bor Dąb Grab Jan Kal Lis Mal Ostr Pawl Rad Sik Tom Urb Wal Zal Mar Kost Pet"),
    _words("owski ewicz czak enko iuk escu eanu ova ský ik or arov iak"),
)
AFRICAN_AND_CARIBBEAN = Origin(
    0.06,
    _words(
        "Destiny Blessing Joy Precious Esther Gloria Chiamaka Ngozi Temitope Abena Ama Akua Aaliyah "
        "Shanice Tiana Kezia Rihanna Nevaeh Naomi Deborah Patience Mercy Adaeze Folake"
    ),
    _words(
        "David Emmanuel Daniel Samuel Joshua Elijah Tyrone Jermaine Kwame Kofi Chidi Emeka Tunde Ayo Femi "
        "Malachi Isaiah Nathaniel Tyrese Kemar Devonte Dwayne Jahmal Prince Ebenezer"
    ),
    _words(
        "Okafor Adeyemi Ogunleye Mensah Owusu Boateng Asante Osei Williams Campbell Brown Johnson Henry "
        "Francis Joseph Kamara Conteh Sesay Nkosi Mbeki Banda Phiri Moyo Ndlovu Chukwu Eze Bailey Grant"
    ),
    _words("Ade Ola Olu Oku Ama Chuk Nwa Ogu Ase Bam Dan Eke Iro Kam"),
    _words("yinka bayo wole sanya nkwo feyi kwu dele bode anya tunji emeka"),
)
EAST_ASIAN = Origin(
    0.02,
    _words("Linh Mai Huong Thao Ngoc Mei Ling Xin Yan Jing Hui Anh Trang Lan Yuki"),
    _words("Minh Duc Hung Tuan Quang Wei Jun Hao Ming Bao Long Nam Thanh Khanh Jian"),
    _words("Nguyen Tran Le Pham Hoang Huynh Vo Dang Bui Chen Wang Li Zhang Liu Lin Wong Chan Lam Cheung Ho"),
    _words("Xi Zh Hu Ts Ph Tr"),
    _words("ao ang u en ong an"),
)

ORIGINS = (
    ENGLISH,
    SOUTH_ASIAN,
    ARABIC_AND_KURDISH,
    EAST_AFRICAN,
    EAST_EUROPEAN,
    AFRICAN_AND_CARIBBEAN,
    EAST_ASIAN,
)
